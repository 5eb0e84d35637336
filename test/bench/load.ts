import type { Socket } from "bun";

/*
 * A closed loop of keep-alive connections over raw sockets: each sends its next request when its answer is whole, and
 * checks it. Run as a process of its own, so that it takes no time from the event loop that it measures:
 * bun load.ts <port> <connections> <seconds> <expected status> <path>… ; prints {"requests", "seconds", "wrong"}.
 */
const [port = "", connections = "16", seconds = "3", status = "200", token = "", ...paths] = process.argv.slice(2);

interface Connection {
  received: string;
  next: number;
}

let requests = 0;
let wrong = 0;
let running = true;

function send(socket: Socket<Connection>): void {
  const path = paths[socket.data.next++ % paths.length] ?? "/";
  socket.data.received = "";
  socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\n\r\n`);
}

/** True when head and body are there, by the Content-Length. */
function isWhole(text: string): boolean {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return false;
  const length = /content-length: (\d+)/i.exec(text.slice(0, end))?.[1];
  return length !== undefined && text.length - end - 4 >= Number(length);
}

const sockets = await Promise.all(
  Array.from({ length: Number(connections) }, (_, index) =>
    Bun.connect<Connection>({
      hostname: "127.0.0.1",
      port: Number(port),
      socket: {
        data(socket, chunk) {
          // Latin-1 keeps one character a byte, so lengths can be compared.
          socket.data.received += chunk.toString("latin1");
          if (!isWhole(socket.data.received)) return;
          requests++;
          if (!socket.data.received.startsWith(`HTTP/1.1 ${status} `)) wrong++;
          if (running) send(socket);
        },
      },
      data: { received: "", next: index * 7919 },
    }),
  ),
);
const start = performance.now();
for (const socket of sockets) send(socket);
await Bun.sleep(Number(seconds) * 1000);
running = false;
const elapsed = (performance.now() - start) / 1000;
console.log(JSON.stringify({ requests, seconds: elapsed, wrong }));
for (const socket of sockets) socket.end();
