// Photos go to the server in pieces, so that a line that breaks costs nothing:
// what has arrived stays there, and the rest follows by itself when the line is
// back. Nothing is stored on the device; the photo is in this tab's memory.

import { type Client, type ItemName, type Look, newKey, Problem, type Submitted } from "./api";

// pieceBytes is small enough for a slow line to get one through in time.
export const pieceBytes = 256 * 1024;

// How long to wait before trying again, in milliseconds.
const patience = { first: 500, most: 5000 };

export type Progress = { phase: "sending"; share: number; waiting: boolean } | { phase: "looking" };

interface Upload {
  upload: string;
  arrived: number;
}

// Delivery is one photo on its way.
export class Delivery {
  private upload: Upload | undefined;
  private wait = patience.first;

  constructor(
    private readonly client: Pick<Client, "call">,
    private readonly item: ItemName,
    private readonly photo: Blob,
    private readonly tell: (p: Progress) => void,
    private readonly signal: AbortSignal,
  ) {}

  // send brings all pieces there. It goes on until they are, or until something
  // else than the line stands in the way.
  async send(): Promise<string> {
    while (!this.upload || this.upload.arrived < this.photo.size) await this.trying(() => this.step(), "sending");
    return this.upload.upload;
  }

  // step sends the next piece, after finding out where the photo stands when that
  // is not known.
  private async step(): Promise<Upload> {
    const { client, photo, upload } = this;
    if (!upload) {
      this.upload = await client.call<Upload>("POST", "/uploads", JSON.stringify({ item: this.item, bytes: photo.size }));
      return this.upload;
    }
    const path = `/uploads/${upload.upload}`;
    try {
      this.upload = await client.call<Upload>("PUT", `${path}/chunks/${upload.arrived}`, photo.slice(upload.arrived, upload.arrived + pieceBytes));
    } catch (e) {
      if (!(e instanceof Problem)) throw e;
      if (e.code === "wrong_offset") this.upload = await client.call<Upload>("GET", path);
      else throw e;
    }
    return this.upload;
  }

  // look asks where the data stand on the photo; undefined when that cannot be
  // told now, which keeps nobody from going on.
  async look(): Promise<Look | undefined> {
    try {
      const upload = await this.send();
      this.tell({ phase: "looking" });
      return await this.client.call<Look>("POST", `/uploads/${upload}/look`);
    } catch (e) {
      if (this.signal.aborted || !(e instanceof Problem) || e.moved || e.status === 401) throw e;
      return undefined;
    }
  }

  // submit submits the photo. The same key is used until it is known what became
  // of it, so that nothing is counted twice.
  async submit(): Promise<Submitted> {
    for (;;) {
      const upload = await this.send();
      const key = newKey();
      this.tell({ phase: "looking" });
      try {
        return await this.trying(() => this.client.call<Submitted>("POST", `/uploads/${upload}/submission`, undefined, key), "submitting");
      } catch (e) {
        if (!(e instanceof Problem && e.code === "no_such_upload")) throw e;
        this.upload = undefined; // the server was started anew
      }
    }
  }

  // trying repeats what failed for the line or for a server in trouble.
  private async trying<T>(what: () => Promise<T>, phase: "sending" | "submitting"): Promise<T> {
    for (;;) {
      this.signal.throwIfAborted();
      try {
        const done = await what();
        this.wait = patience.first;
        this.report(phase, false);
        return done;
      } catch (e) {
        if (!(e instanceof Problem)) throw e;
        if (e.code === "no_such_upload" && phase === "sending") this.upload = undefined;
        else if (!e.unanswered && e.code !== "busy" && e.code !== "cut_off") throw e;
        else this.report(phase, e.status === 0 || e.status >= 500);
      }
      await this.pause();
    }
  }

  private report(phase: "sending" | "submitting", waiting: boolean) {
    if (phase === "submitting" && !waiting) return;
    this.tell({ phase: "sending", share: this.photo.size === 0 ? 1 : (this.upload?.arrived ?? 0) / this.photo.size, waiting });
  }

  // pause waits a little, or until the browser says that the line is back.
  private pause(): Promise<void> {
    return new Promise((done) => {
      const go = () => {
        clearTimeout(timer);
        globalThis.removeEventListener?.("online", go);
        this.signal.removeEventListener("abort", go);
        done();
      };
      const timer = setTimeout(go, this.wait);
      globalThis.addEventListener?.("online", go);
      this.signal.addEventListener("abort", go);
      this.wait = Math.min(this.wait * 2, patience.most);
    });
  }
}
