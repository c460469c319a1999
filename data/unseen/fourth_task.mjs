export default ({ i }) => 2 * i;
