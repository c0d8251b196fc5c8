package imaging

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode"

	"github.com/bep/imagemeta"
)

// maxTags and maxTagSize bound EXIF reading; cameras write about a hundred tags, and the texts we keep are short.
const (
	maxTags    = 1000
	maxTagSize = 1024
	maxText    = 128 // runes
)

// readEXIF fills m from a TIFF structure. Broken metadata never refuses a picture: what could be read is kept.
func readEXIF(m *Metadata, tiff []byte) {
	if len(tiff) < 8 {
		return
	}
	tiff = tiff[:min(len(tiff), maxEXIF)]
	// The library reads EXIF out of files only. The smallest file around it is an eXIf chunk: so it never sees the real container,
	// whose other parts (compressed text, XMP) would be its to unpack.
	file := make([]byte, 0, len(tiff)+20)
	file = append(file, "\x89PNG\r\n\x1a\n"...)
	file = binary.BigEndian.AppendUint32(file, uint32(len(tiff)))
	file = append(file, "eXIf"...)
	file = append(file, tiff...)
	file = append(file, 0, 0, 0, 0)
	var taken, changed string
	_, err := imagemeta.Decode(imagemeta.Options{
		R: bytes.NewReader(file), ImageFormat: imagemeta.PNG, Sources: imagemeta.EXIF,
		LimitNumTags: maxTags, LimitTagSize: maxTagSize,
		ShouldHandleTag: func(t imagemeta.TagInfo) bool {
			m.HasEXIF = true
			switch {
			case strings.Contains(t.Namespace, "GPS"):
				m.HasGPS = m.HasGPS || t.Tag == "GPSLatitude" || t.Tag == "GPSLongitude"
				return false
			case t.Namespace == "IFD1":
				m.HasThumbnail = m.HasThumbnail || t.Tag == "ThumbnailOffset"
				return false
			case t.Namespace == "IFD0":
				return t.Tag == "Orientation" || t.Tag == "Make" || t.Tag == "Model" || t.Tag == "Software" || t.Tag == "ModifyDate" || t.Tag == "DateTime"
			case t.Namespace == "IFD0/ExifIFDP":
				return t.Tag == "DateTimeOriginal"
			}
			return false
		},
		HandleTag: func(t imagemeta.TagInfo) error {
			switch v := t.Value.(type) {
			case uint16:
				if t.Tag == "Orientation" && v >= 1 && v <= 8 {
					m.Orientation = int(v)
				}
			case string:
				v = cleanText(v)
				switch t.Tag {
				case "Make":
					m.Make = v
				case "Model":
					m.Model = v
				case "Software":
					m.Software = v
				case "DateTimeOriginal":
					taken = v
				case "ModifyDate", "DateTime":
					changed = v
				}
			}
			return nil
		},
	})
	_ = err // see above: metadata that breaks off is metadata that ends there
	m.TakenAt = taken
	if m.TakenAt == "" {
		m.TakenAt = changed
	}
}

// cleanText cuts s to maxText runes and drops what does not print: it may end on a reviewer's screen.
func cleanText(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n++; n > maxText {
			break
		}
		if unicode.IsPrint(r) && r != unicode.ReplacementChar {
			b.WriteRune(r)
		}
	}
	return strings.TrimSpace(b.String())
}
