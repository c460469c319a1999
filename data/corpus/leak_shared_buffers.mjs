const mailboxes = []; // HOLDER
export function cycle() {
  mailboxes.push(new Int32Array(new SharedArrayBuffer(1024))); // LEAK
}
