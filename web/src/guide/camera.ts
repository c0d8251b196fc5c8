// The camera: what may keep a page from it, told before and after it is asked
// for, and the way to mend it in the browser at hand.

// Why a camera cannot be used.
export type Obstacle = "insecure" | "unsupported" | "denied" | "none" | "busy" | "failed";

// Remedy is how a permission is given back; browsers differ.
export type Remedy = "chrome" | "safari" | "firefox" | "ios" | "other";

export class CameraError extends Error {
  constructor(readonly why: Obstacle) {
    super(why);
  }
}

// preflight finds out without asking for anything whether a camera can be used:
// undefined when nothing speaks against it. Browsers that do not tell are trusted.
export async function preflight(of: Navigator = navigator, secure: boolean = isSecureContext): Promise<Obstacle | undefined> {
  if (!secure) return "insecure";
  if (!of.mediaDevices?.getUserMedia) return "unsupported";
  try {
    const state = await of.permissions.query({ name: "camera" as PermissionName });
    if (state.state === "denied") return "denied";
  } catch {
    // Firefox and old Safari do not know this permission
  }
  try {
    const devices = await of.mediaDevices.enumerateDevices();
    if (!devices.some((d) => d.kind === "videoinput")) return "none";
  } catch {
    // not told
  }
  return undefined;
}

// open asks for the camera that looks the given way, as a wish: laptops have one
// that looks one way only.
export async function open(facing: "environment" | "user"): Promise<MediaStream> {
  if (!isSecureContext) throw new CameraError("insecure");
  if (!navigator.mediaDevices?.getUserMedia) throw new CameraError("unsupported");
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: { ideal: facing }, width: { ideal: 1920 }, height: { ideal: 1080 } },
    });
  } catch (e) {
    throw new CameraError(reasonOf(e));
  }
}

// reasonOf reads the error of getUserMedia (Media Capture and Streams, 10.2).
export function reasonOf(e: unknown): Obstacle {
  switch (e instanceof Error || e instanceof DOMException ? e.name : "") {
    case "NotAllowedError":
    case "PermissionDeniedError":
      return "denied";
    case "SecurityError":
      return "insecure";
    case "NotFoundError":
    case "OverconstrainedError":
    case "DevicesNotFoundError":
      return "none";
    case "NotReadableError":
    case "AbortError":
    case "TrackStartError":
      return "busy";
    default:
      return "failed";
  }
}

// remedyFor names the browser by how a permission is given back in it.
export function remedyFor(agent: string): Remedy {
  const ios = /iPhone|iPad|iPod/.test(agent);
  if (/FBAN|FBAV|Instagram|Line\/|MicroMessenger|; wv\)/.test(agent)) return "other"; // a page within another app
  if (ios) return /CriOS|FxiOS|EdgiOS/.test(agent) ? "ios" : /Safari\//.test(agent) ? "safari" : "other";
  if (/Firefox\//.test(agent)) return "firefox";
  if (/Chrome\/|Chromium\//.test(agent)) return "chrome";
  return /Safari\//.test(agent) ? "safari" : "other";
}
