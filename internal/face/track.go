package face

import (
	"context"
	"math"

	"bonafide/internal/imaging"
)

// Track finds in p the face that was before where it stood in the picture taken just before p. It runs the mesh alone, over the
// crop that the earlier mesh asks for, so a frame of a sequence costs a third of what Find costs. ok is false where the mesh
// network sees no face there any more: it moved too far, or went away; then Find says which.
//
// The face's Score is that of the detection which the tracking began with; Presence is new in every frame.
func (a *Analyser) Track(ctx context.Context, p *imaging.Picture, before Face) (f Face, ok bool, err error) {
	if p.RGB.Rect.Empty() {
		return Face{}, false, nil
	}
	mesh, presence, err := a.fit(ctx, newPyramid(p.RGB), before.Mesh.crop())
	if err != nil || presence < minMesh {
		return Face{}, false, err
	}
	return read(before.Score, presence, mesh), true, nil
}

// Size is how large a face appears, in pixels, nearly independent of where the head turns and of what eyes and mouth do: the
// geometric mean of the distance between the outer corners of the eyes and that from the top of the forehead to the base of the nose,
// both in three dimensions.
func (m *Mesh) Size() float64 {
	return math.Sqrt(m.distance(eyeRightOuter, eyeLeftOuter) * m.distance(foreheadTop, noseBase))
}
