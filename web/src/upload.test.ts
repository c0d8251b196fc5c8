import { describe, expect, it } from "vitest";
import { Problem } from "./api";
import { Delivery, pieceBytes, type Progress } from "./upload";

// Line is a server that keeps what arrives, behind a line that breaks as the test says.
class Line {
  uploads = new Map<string, Uint8Array>();
  log: string[] = [];
  begun = 0;
  // breaks says what happens to a request: "before" it arrives, "after" the server has acted, or nothing.
  constructor(private readonly breaks: (n: number, what: string) => "before" | "after" | Problem | undefined) {}

  call = async <T>(method: string, path: string, body?: Blob | string, key?: string): Promise<T> => {
    const what = `${method} ${path.replace(/u\d+/, "u")}`;
    const broken = this.breaks(this.log.push(what), what);
    if (broken === "before") throw new Problem("network", 0);
    if (broken instanceof Problem) throw broken;
    const answer = await this.act(method, path, body, key);
    if (broken === "after") throw new Problem("network", 0);
    return answer as T;
  };

  private async act(method: string, path: string, body?: Blob | string, key?: string): Promise<unknown> {
    const [, , id = "", what, offset] = path.split("/");
    if (path === "/uploads") {
      this.uploads.set(`u${++this.begun}`, new Uint8Array());
      return { upload: `u${this.begun}`, arrived: 0 };
    }
    const here = this.uploads.get(id);
    if (!here) throw new Problem("no_such_upload", 404);
    if (what === "submission") return { accepted: true, key, bytes: here.length };
    if (method === "PUT") {
      const piece = new Uint8Array(await (body as Blob).arrayBuffer());
      if (Number(offset) > here.length) throw new Problem("wrong_offset", 409);
      if (Number(offset) === here.length) this.uploads.set(id, Buffer.concat([here, piece]));
    }
    return { upload: id, arrived: this.uploads.get(id)!.length };
  }
}

const photo = new Blob([Uint8Array.from({ length: pieceBytes + 10 }, (_, k) => k % 251)]);
const whole = async (line: Line) => expect(Buffer.compare([...line.uploads.values()].at(-1)!, Buffer.from(await photo.arrayBuffer()))).toBe(0);

describe("Delivery", () => {
  it("sends in pieces and tells how far it is", async () => {
    const line = new Line(() => undefined);
    const told: Progress[] = [];
    await new Delivery(line, "face", photo, (p) => told.push(p), new AbortController().signal).submit();
    expect(line.log).toEqual(["POST /uploads", "PUT /uploads/u/chunks/0", `PUT /uploads/u/chunks/${pieceBytes}`, "POST /uploads/u/submission"]);
    expect(told.at(-2)).toEqual({ phase: "sending", share: 1, waiting: false });
    expect(told.at(-1)).toEqual({ phase: "looking" });
    await whole(line);
  });

  it.each<[string, (n: number, what: string) => "before" | "after" | undefined]>([
    ["a piece is lost", (n) => (n === 2 ? "before" : undefined)],
    ["the answer to a piece is lost", (n) => (n === 2 ? "after" : undefined)],
    ["the answer to the beginning is lost", (n) => (n === 1 ? "after" : undefined)],
    ["the answer to the submission is lost", (n) => (n === 4 ? "after" : undefined)],
  ])("goes on by itself when %s", async (_, breaks) => {
    const line = new Line(breaks);
    const told: Progress[] = [];
    const answer = await new Delivery(line, "face", photo, (p) => told.push(p), new AbortController().signal).submit();
    expect(answer).toMatchObject({ accepted: true, bytes: photo.size });
    expect(told.some((p) => p.phase === "sending" && p.waiting)).toBe(true);
    await whole(line);
  });

  it("begins again when the server has forgotten the photo", async () => {
    const line: Line = new Line((n) => (n === 3 ? (line.uploads.clear(), undefined) : undefined));
    await new Delivery(line, "face", photo, () => undefined, new AbortController().signal).submit();
    expect(line.begun).toBe(2);
    await whole(line);
  });

  it("asks where it stands when a piece does not join on", async () => {
    const line: Line = new Line((n) => (n === 3 ? (line.uploads.set("u1", new Uint8Array()), undefined) : undefined));
    await new Delivery(line, "face", photo, () => undefined, new AbortController().signal).submit();
    await whole(line);
  });

  it("stops for what is not the line's fault, and when it is stopped", async () => {
    const closed = new Line((n) => (n === 2 ? new Problem("not_allowed", 409) : undefined));
    await expect(new Delivery(closed, "face", photo, () => undefined, new AbortController().signal).submit()).rejects.toThrow("not_allowed");
    const stop = new AbortController();
    const dead = new Line(() => (stop.abort(new Error("stopped")), "before"));
    await expect(new Delivery(dead, "face", photo, () => undefined, stop.signal).submit()).rejects.toThrow("stopped");
    expect(dead.log.length).toBe(1);
  });

  it("keeps nobody from going on when the photo cannot be looked at", async () => {
    const line = new Line((_, what) => (what.endsWith("/look") ? new Problem("internal", 500) : undefined));
    expect(await new Delivery(line, "document_front", photo, () => undefined, new AbortController().signal).look()).toBeUndefined();
  });
});
