export default { count: 0, cycle() { this.count++; } };
