const kept = [];
export function cycle() { for (let k = 0; k < 1000; k++) kept.push(new Array(1000).fill(k)); }
