// A mail server for the tests: it takes every mail (RFC 5321, as far as a client
// that behaves needs it) and keeps it in memory.

import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";

export interface Caught {
  to: string;
  subject: string;
  text: string;
}

export class MailServer {
  readonly mails: Caught[] = [];
  private readonly server = createServer((s) => this.talk(s));

  // open listens on this machine alone.
  static async open(): Promise<MailServer> {
    const m = new MailServer();
    m.server.listen(0, "127.0.0.1");
    await once(m.server, "listening");
    return m;
  }

  get url(): string {
    return `smtp://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.close();
  }

  // next waits for the n-th mail, from 1.
  async next(n: number): Promise<Caught> {
    for (let left = 600; left > 0; left--) {
      const mail = this.mails[n - 1];
      if (mail) return mail;
      await new Promise((done) => setTimeout(done, 100));
    }
    throw new Error(`mail ${n} did not come; ${this.mails.length} did`);
  }

  private talk(s: Socket): void {
    let [buffer, to, body] = ["", "", undefined as string[] | undefined];
    const say = (line: string) => void s.write(`${line}\r\n`);
    s.on("error", () => undefined);
    say("220 catcher");
    s.on("data", (d) => {
      buffer += d.toString("latin1");
      for (let end = buffer.indexOf("\r\n"); end >= 0; end = buffer.indexOf("\r\n")) {
        const line = buffer.slice(0, end);
        buffer = buffer.slice(end + 2);
        if (body) {
          if (line !== ".") {
            body.push(line.replace(/^\./, ""));
            continue;
          }
          this.mails.push({ to, ...read(body) });
          body = undefined;
          say("250 taken");
        } else if (/^DATA/i.test(line)) {
          body = [];
          say("354 go on");
        } else if (/^QUIT/i.test(line)) {
          say("221 bye");
          s.end();
        } else {
          to = /^RCPT TO:<(.*)>/i.exec(line)?.[1] ?? to;
          say("250 catcher");
        }
      }
    });
  }
}

// read takes a mail of one part in quoted-printable apart.
function read(lines: string[]): { subject: string; text: string } {
  const middle = lines.indexOf("");
  const subject = lines.slice(0, middle).find((l) => l.startsWith("Subject: "))?.slice(9) ?? "";
  const soft = lines.slice(middle + 1).join("\n").replace(/=\n/g, "");
  const bytes = soft.replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return { subject, text: Buffer.from(bytes, "latin1").toString("utf8") };
}
