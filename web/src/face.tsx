import type { FaceWay } from "./api";
import type { ItemProps } from "./card";
import { LiveFace } from "./live/hook";
import { PhotoItem } from "./photo";

// FaceStep is the screen of the face, once its owner may be asked for it.
export function FaceStep({ way, ...p }: ItemProps & { way: FaceWay | undefined }) {
  return way?.capture === "sequence" ? <LiveFace {...p} way={way} /> : <PhotoItem {...p} />;
}
