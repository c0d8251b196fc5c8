package imaging

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// sniffISO tells an ISO base media file by its brands (ISO/IEC 14496-12 §4.3, 23008-12 §10).
func sniffISO(data []byte) Format {
	size := int(binary.BigEndian.Uint32(data))
	if len(data) < 16 || size < 16 {
		return ""
	}
	ftyp := data[8:min(len(data), size, 256)]
	var brands []string
	for i := 0; i+4 <= len(ftyp); i += 4 {
		if i != 4 { // the minor version
			brands = append(brands, string(ftyp[i:i+4]))
		}
	}
	for _, b := range brands {
		switch b {
		case "heic", "heix", "heim", "heis", "hevc", "hevx":
			return HEIC
		case "avif", "avis":
			return formatAVIF
		}
	}
	if brands[0] == "mif1" || brands[0] == "msf1" {
		return HEIC
	}
	return formatMP4
}

// box is one ISO box; body is cut where the file ends.
type box struct {
	kind  string
	body  []byte
	whole bool
}

// boxes calls f for each box in data until f or the data ends.
func boxes(data []byte, f func(box) bool) {
	for len(data) >= 8 {
		size, n := uint64(binary.BigEndian.Uint32(data)), uint64(8)
		switch {
		case size == 1 && len(data) >= 16:
			size, n = binary.BigEndian.Uint64(data[8:]), 16
		case size == 0:
			size = uint64(len(data))
		}
		if size < n {
			return
		}
		end := min(size, uint64(len(data)))
		if !f(box{string(data[4:8]), data[n:end], size <= uint64(len(data))}) {
			return
		}
		data = data[end:]
	}
}

// heifItem is where an item's bytes are: extents in the file (method 0) or in idat (method 1).
type heifItem struct {
	id      uint32
	method  uint16
	extents [][2]uint64 // offset, length
}

// inspectHEIC reads the meta box (ISO/IEC 23008-12). The size is the primary item's ispe, before irot, imir and clap.
func inspectHEIC(data []byte) (hd header, err error) {
	fail := func(k Kind, detail string) (header, error) {
		return hd, &DecodeError{Kind: k, Format: HEIC, Detail: detail}
	}
	hd.frames, hd.perPixel = 1, 8
	var meta []byte
	whole, found := true, false
	if major := string(data[8:12]); major == "msf1" || major == "hevc" || major == "hevx" {
		hd.frames = 2 // an image sequence: at least two, by its own word
		return fail(KindAnimated, "image sequence")
	}
	boxes(data, func(b box) bool {
		whole = whole && b.whole
		if b.kind == "meta" && !found && len(b.body) >= 4 {
			meta, found = b.body[4:], true
		}
		return true
	})
	if !found {
		if !whole {
			return fail(KindTruncated, "no meta box")
		}
		return fail(KindCorrupt, "no meta box")
	}
	m := readMeta(meta)
	whole = whole && m.whole
	hd.upright = true
	hd.readProperties(m)
	if hd.w == 0 || hd.h == 0 {
		if !whole {
			return fail(KindTruncated, "in the meta box")
		}
		return fail(KindCorrupt, "no size")
	}
	if !whole {
		return fail(KindTruncated, "in a box")
	}
	for _, it := range m.items {
		from := uint64(len(data))
		if it.method == 1 {
			from = uint64(len(m.idat))
		}
		for _, e := range it.extents {
			if it.method <= 1 && (e[0] > from || e[1] > from-e[0]) {
				return fail(KindTruncated, fmt.Sprintf("item %d lies outside", it.id))
			}
		}
		if it.id == m.exifID && m.exifID != 0 && it.method == 0 && len(it.extents) == 1 {
			hd.exif = tiffOf(data[it.extents[0][0]:][:it.extents[0][1]], hd.exif)
		}
	}
	return hd, nil
}

// heifMeta is what we read of a meta box.
type heifMeta struct {
	whole   bool // no box ends behind the file's end
	primary uint32
	exifID  uint32
	items   []heifItem
	idat    []byte
	props   []box    // of all items, in the order of ipco
	mine    []uint16 // which of them, from 1, are the primary item's
}

func readMeta(body []byte) (m heifMeta) {
	m.whole = true
	boxes(body, func(b box) bool {
		m.whole = m.whole && b.whole
		switch b.kind {
		case "pitm":
			if r := (&byteReader{b: b.body}); r.u(4)>>24 == 0 {
				m.primary = uint32(r.u(2))
			} else {
				m.primary = uint32(r.u(4))
			}
		case "iinf":
			m.exifID = findEXIF(b.body)
		case "iloc":
			m.items = parseILOC(b.body)
		case "idat":
			m.idat = b.body
		}
		return true
	})
	// Only now is the primary item known, wherever pitm stands.
	boxes(body, func(b box) bool {
		if b.kind == "iprp" {
			boxes(b.body, m.addProperties)
		}
		return true
	})
	return m
}

// addProperties reads one box of iprp (23008-12 §9.3).
func (m *heifMeta) addProperties(b box) bool {
	switch b.kind {
	case "ipco":
		boxes(b.body, func(b box) bool {
			m.props = append(m.props, b)
			return len(m.props) < 1<<12
		})
	case "ipma":
		m.mine = append(m.mine, associations(b.body, m.primary)...)
	}
	return true
}

// readProperties takes size and colour from the properties.
func (hd *header) readProperties(m heifMeta) {
	for i, p := range m.props {
		mine := slices.Contains(m.mine, uint16(i+1))
		switch p.kind {
		case "ispe":
			if len(p.body) < 12 {
				continue
			}
			w, h := binary.BigEndian.Uint32(p.body[4:]), binary.BigEndian.Uint32(p.body[8:])
			// Tiles and auxiliary pictures are never larger than the picture they make up; if one says so, it counts.
			if mine || uint64(w)*uint64(h) > uint64(hd.w)*uint64(hd.h) {
				hd.w, hd.h = int(w), int(h)
			}
		case "colr":
			if mine && len(p.body) >= 11 && string(p.body[:4]) == "nclx" {
				hd.colour = nclxRange(binary.BigEndian.Uint16(p.body[8:]), p.body[10]&0x80 != 0)
			}
		}
	}
}

// tiffOf is the TIFF structure in an Exif item, or otherwise where there is none. Four bytes say how far it is from behind them (§A.2.1).
func tiffOf(item, otherwise []byte) []byte {
	if len(item) < 4 {
		return otherwise
	}
	skip := uint64(binary.BigEndian.Uint32(item))
	if skip > uint64(len(item)-4) {
		return otherwise
	}
	tiff := item[4+skip:]
	return tiff[:min(len(tiff), maxEXIF)]
}

// nclxRange reads matrix coefficients (ISO/IEC 23091-2 §8.3) and the full-range flag.
func nclxRange(matrix uint16, full bool) yuvRange {
	switch {
	case matrix == 1 && full:
		return bt709Full
	case matrix == 1:
		return bt709Limited
	case !full:
		return bt601Limited
	}
	return jfifRange
}

// findEXIF gives the id of the first item of type Exif (14496-12 §8.11.6), 0 where there is none.
func findEXIF(iinf []byte) (id uint32) {
	if len(iinf) < 6 {
		return 0
	}
	skip := 6
	if iinf[0] != 0 {
		skip = 8
	}
	boxes(iinf[min(skip, len(iinf)):], func(b box) bool {
		r := &byteReader{b: b.body}
		version := r.u(4) >> 24
		if b.kind != "infe" || version < 2 {
			return true
		}
		n := 2
		if version > 2 {
			n = 4
		}
		item := uint32(r.u(n))
		r.u(2)
		if r.u(4) == 0x45786966 { // "Exif"
			id = item
		}
		return id == 0
	})
	return id
}

// parseILOC reads item locations (14496-12 §8.11.3).
func parseILOC(b []byte) (items []heifItem) {
	r := &byteReader{b: b}
	version := r.u(4) >> 24
	sizes := r.u(2)
	so, sl, sb, si := int(sizes>>12), int(sizes>>8&15), int(sizes>>4&15), int(sizes&15)
	if version == 0 {
		si = 0
	}
	idSize := 2
	if version > 1 {
		idSize = 4
	}
	for n := r.u(idSize); n > 0 && !r.short; n-- {
		it := heifItem{id: uint32(r.u(idSize))}
		if version > 0 {
			it.method = uint16(r.u(2) & 15)
		}
		if r.u(2) != 0 {
			it.method = 2 // data in another file: none of ours
		}
		base := r.u(sb)
		for k := r.u(2); k > 0 && !r.short; k-- {
			r.u(si)
			off := base + r.u(so)
			it.extents = append(it.extents, [2]uint64{off, r.u(sl)})
		}
		items = append(items, it)
	}
	return items
}

// associations gives the 1-based property indices of an item (23008-12 §9.3, 14496-12 §8.11.14).
func associations(b []byte, item uint32) (props []uint16) {
	r := &byteReader{b: b}
	head := r.u(4)
	idSize, size := 2, 1
	if head>>24 > 0 {
		idSize = 4
	}
	if head&1 != 0 {
		size = 2
	}
	for n := r.u(4); n > 0 && !r.short; n-- {
		id := uint32(r.u(idSize))
		for k := r.u(1); k > 0 && !r.short; k-- {
			p := r.u(size)
			if size == 2 {
				p &= 0x7fff
			} else {
				p &= 0x7f
			}
			if id == item {
				props = append(props, uint16(p))
			}
		}
	}
	return props
}

// byteReader reads big-endian numbers; behind the end it gives zeros and says so.
type byteReader struct {
	b     []byte
	short bool
}

func (r *byteReader) u(n int) (v uint64) {
	if n > len(r.b) || n > 8 {
		r.short, r.b = true, nil
		return 0
	}
	for _, c := range r.b[:n] {
		v = v<<8 | uint64(c)
	}
	r.b = r.b[n:]
	return v
}
