// Shows Bonafide's verification within a page of yours:
//
//   import { open } from "https://verify.example.org/embed/v1.js";
//   open({ link, on: (e) => e.type === "done" && askYourServer() });
//
// Your page's origin must be in embed_in of the operator's file. Nothing that is said
// here is a proof: people can make their browser say anything. Ask the API from your
// server how a case stands.

/** What the page in the frame says. */
export type Said =
  /** It is there and can be used. */
  | { type: "ready" }
  /** Which screen is shown: `welcome`, `consent`, `choose`, `document_front`, `document_back`, `details`, `face`, `phone`. There may be more one day. */
  | { type: "step"; step: string }
  /** The person has nothing more to do there for now. It says nothing of the result: ask the API. */
  | { type: "done"; case: string }
  /** The link has run out or is not whole: make a new one. */
  | { type: "link_ended" }
  /** How high the page is, in CSS pixels. With `into` the frame follows by itself. */
  | { type: "resize"; height: number }
  /** The person has closed it, or you have. It is the last event. */
  | { type: "closed" };

export interface Options {
  /** `link.url` of the API, made for this person just now. */
  link: string;
  /** Where to show it. Without it, it opens in a dialog over your page. */
  into?: Element;
  /** The name of the frame, for those who do not see it. */
  title?: string;
  /** The name of the dialog's button that closes it. */
  close?: string;
  on?: (said: Said) => void;
}

export interface Verification {
  readonly frame: HTMLIFrameElement;
  /** Takes it away. The same link opens it again where it was. */
  close(): void;
}

// How high a frame within a page is at least: the camera needs room.
const leastHeight = 560;

export function open(options: Options): Verification {
  const link = new URL(options.link);
  if (link.origin !== new URL(import.meta.url).origin) throw new Error(`bonafide: the link leads to ${link.origin}, this script is from elsewhere; take both from one server`);

  const frame = document.createElement("iframe");
  frame.title = options.title ?? "Identity verification";
  frame.allow = "camera";
  frame.referrerPolicy = "no-referrer";
  Object.assign(frame.style, { border: "0", width: "100%", height: options.into ? `${leastHeight}px` : "100%", display: "block" });

  let over = false;
  const say = (said: Said) => options.on?.(said);
  const hear = (e: MessageEvent) => {
    if (e.source !== frame.contentWindow || e.origin !== link.origin) return;
    const { bonafide, ...said } = (e.data ?? {}) as { bonafide?: unknown } & Said;
    if (bonafide !== 1 || over) return;
    if (said.type === "closed") return close();
    if (said.type === "resize" && options.into) frame.style.height = `${Math.max(leastHeight, said.height)}px`;
    say(said);
  };
  // Only that very origin is spoken to: a page that took its place hears nothing.
  const greet = () => frame.contentWindow?.postMessage({ bonafide: "hello" }, link.origin);
  addEventListener("message", hear);
  frame.addEventListener("load", greet);
  frame.src = link.href; // before it stands anywhere: what is empty has no origin

  const dialog = options.into ? undefined : around(frame, options.close ?? "Close", close);
  function close() {
    if (over) return;
    over = true;
    removeEventListener("message", hear);
    dialog?.close();
    dialog?.remove();
    frame.remove();
    say({ type: "closed" });
  }

  if (options.into) options.into.append(frame);
  else dialog?.showModal();
  return { frame, close };
}

// around is a dialog over the whole page, with a button that is there whatever
// becomes of the frame.
function around(frame: HTMLIFrameElement, name: string, close: () => void): HTMLDialogElement {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-label", frame.title);
  Object.assign(dialog.style, {
    position: "fixed", inset: "0", margin: "auto", padding: "0", border: "0", width: "min(100vw, 34rem)", height: "min(100dvh, 54rem)", maxWidth: "none", maxHeight: "none",
    overflow: "hidden", borderRadius: "min(0.9rem, calc((100vw - 34rem) * 999))", background: "Canvas", colorScheme: "light dark",
  });
  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("aria-label", name);
  button.textContent = "×";
  Object.assign(button.style, {
    display: "block", width: "44px", height: "44px", marginInlineStart: "auto", border: "0", background: "transparent", color: "CanvasText", font: "1.5rem/1 system-ui, sans-serif", cursor: "pointer",
  });
  frame.style.height = "calc(100% - 44px)";
  button.addEventListener("click", close);
  dialog.addEventListener("cancel", (e) => {
    e.preventDefault();
    close();
  });
  dialog.append(button, frame);
  document.body.append(dialog);
  return dialog;
}
