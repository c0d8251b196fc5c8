package imaging

import (
	"context"
	"image"
)

type heifInfo struct{}

func sniffISO(data []byte) Format { return HEIC }

func inspectHEIC(data []byte) (hd header, err error) {
	return hd, &DecodeError{Kind: KindUnsupported, Format: HEIC}
}

func decodeHEIC(ctx context.Context, data []byte, hd header) (image.Image, error) {
	return nil, &DecodeError{Kind: KindUnsupported, Format: HEIC}
}
