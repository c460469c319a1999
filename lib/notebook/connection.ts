/**
 * The connection file of a kernel: five free ports on this machine, and the key that signs messages.
 *
 * @module
 */
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";

/** Ports of a kernel's five channels. */
export interface KernelPorts {
  readonly shell: number;
  readonly iopub: number;
  readonly stdin: number;
  readonly control: number;
  readonly hb: number;
}

/** Writes a connection file that only its owner can read, and returns the ports in it. */
export async function writeConnection(path: string, key: string): Promise<KernelPorts> {
  const [shell, iopub, stdin, control, hb] = await freePorts(5) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const ports = { shell, iopub, stdin, control, hb };
  const connection = {
    transport: "tcp",
    ip: "127.0.0.1",
    key,
    signature_scheme: "hmac-sha256",
    ...Object.fromEntries(Object.entries(ports).map(([name, port]) => [`${name}_port`, port])),
  };
  writeFileSync(path, JSON.stringify(connection), { mode: 0o600 });
  return ports;
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}
