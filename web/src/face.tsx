import type { FaceWay } from "./api";
import type { ItemProps } from "./card";
import { PhotoItem } from "./photo";

// FaceStep is the screen of the face, once its owner may be asked for it.
export function FaceStep(p: ItemProps & { way: FaceWay | undefined }) {
  return <PhotoItem {...p} />;
}
