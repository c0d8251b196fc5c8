package operator

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image/png"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Look is how the page shows whose it is.
type Look struct {
	// Logo and LogoDark are the names of files, as in the operator's file; pictures on
	// light and on dark paper. Without the second, the first stands on both.
	Logo     string `yaml:"logo"`
	LogoDark string `yaml:"logo_dark"`
	// Light and Dark are the page's colours by name; those that are absent are ours.
	Light map[string]string `yaml:"light"`
	Dark  map[string]string `yaml:"dark"`

	// Logos are the pictures themselves: none, one, or light and dark.
	Logos []Logo `yaml:"-"`
}

// Logo is a picture that can be shown.
type Logo struct {
	Kind          string // its media type
	Body          []byte
	Width, Height int // of a PNG
}

// The limits on a logo. It is part of the first screen, on a phone's line.
const (
	maxLogo     = 64 << 10
	maxLogoSide = 2000
)

// ours are the colours of web/src/style.css, which a test holds these against.
var ours = map[string]map[string]string{
	"light": {
		"ink": "#1c2421", "soft": "#57635e", "paper": "#f6f5f1", "card": "#ffffff", "line": "#d9d8d0", "edge": "#78847e", "main": "#1d5c4d", "on_main": "#ffffff",
		"warn": "#8a4b00", "warn_paper": "#fff4e0", "mark": "#ffd98a", "error": "#a3210f",
	},
	"dark": {
		"ink": "#eceae4", "soft": "#a9b3ae", "paper": "#141917", "card": "#1e2523", "line": "#39423e", "edge": "#7f8c86", "main": "#7fd1b9", "on_main": "#0c211b",
		"warn": "#ffc266", "warn_paper": "#33280f", "mark": "#7a5b12", "error": "#ffb0a3",
	},
}

// pairs are the colours that stand on each other on the page, with the contrast that
// WCAG 2.2 asks for: 4.5 for text (1.4.3), 3 for borders and marks (1.4.11). A name
// that is none of the page's is a colour itself.
var pairs = []struct {
	on, under string
	least     float64
}{
	{"ink", "paper", 4.5},
	{"ink", "card", 4.5},
	{"ink", "warn_paper", 4.5},
	{"ink", "mark", 4.5},
	{"soft", "paper", 4.5},
	{"soft", "card", 4.5},
	{"main", "paper", 4.5},
	{"main", "card", 4.5},
	{"main", "warn_paper", 4.5},
	{"on_main", "main", 4.5},
	{"warn", "paper", 4.5},
	{"warn", "card", 4.5},
	{"warn", "warn_paper", 4.5},
	{"error", "paper", 4.5},
	{"error", "card", 4.5},
	{"edge", "paper", 3},
	{"edge", "card", 3},
}

// Lens is the paper of the camera's screen, which is dark in both schemes.
const Lens = "#0b0f0d"

// Names lists the colours that can be set, in order.
func Names() []string {
	out := make([]string, 0, len(ours["light"]))
	for name := range ours["light"] {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// check reads the logos and makes sure that everything can be read.
func (l *Look) check(open func(string) ([]byte, error)) error {
	if l.LogoDark != "" && l.Logo == "" {
		return errors.New("logo_dark needs logo beside it")
	}
	for _, f := range []struct{ key, name string }{{"logo", l.Logo}, {"logo_dark", l.LogoDark}} {
		if f.name == "" {
			continue
		}
		body, err := open(f.name)
		if err != nil {
			return fmt.Errorf("%s: %w", f.key, err)
		}
		logo, err := logoOf(body)
		if err != nil {
			return fmt.Errorf("%s %s: %w", f.key, f.name, err)
		}
		l.Logos = append(l.Logos, logo)
	}
	if len(l.Light) > 0 && len(l.Dark) == 0 || len(l.Dark) > 0 && len(l.Light) == 0 {
		return errors.New("light and dark come together: people see what their device is set to")
	}
	for _, s := range []struct {
		name string
		own  map[string]string
	}{{"light", l.Light}, {"dark", l.Dark}} {
		if err := readable(s.name, s.own); err != nil {
			return err
		}
	}
	if main, ok := l.Dark["main"]; ok {
		if r := contrast(main, Lens); r < 4.5 {
			return tooFaint("dark", "main", main, "the camera's screen", Lens, r, 4.5)
		}
	}
	return nil
}

// readable checks the colours of one scheme against each other.
func readable(scheme string, own map[string]string) error {
	all := Ours(scheme)
	for name, c := range own {
		if _, ok := all[name]; !ok {
			return fmt.Errorf("%s: there is no colour %q; there are %s", scheme, name, strings.Join(Names(), ", "))
		}
		c = strings.ToLower(c)
		if _, err := parse(c); err != nil {
			return fmt.Errorf("%s: %s %q must be like #1d5c4d", scheme, name, c)
		}
		all[name], own[name] = c, c
	}
	for _, p := range pairs {
		_, a := own[p.on]
		_, b := own[p.under]
		if !a && !b {
			continue
		}
		if r := contrast(all[p.on], all[p.under]); r < p.least {
			return tooFaint(scheme, p.on, all[p.on], p.under, all[p.under], r, p.least)
		}
	}
	return nil
}

func tooFaint(scheme, on, a, under, b string, ratio, least float64) error {
	// Rounded down, so that 4.49 is not told as 4.5.
	return fmt.Errorf("%s: %s %s on %s %s has a contrast of %.2f to 1; people need %.1f (WCAG 2.2, level AA)", scheme, on, a, under, b, math.Floor(ratio*100)/100, least)
}

// parse reads a colour as #rrggbb.
func parse(c string) ([3]float64, error) {
	var out [3]float64
	if len(c) != 7 || c[0] != '#' {
		return out, errors.New("not a colour")
	}
	for k := range out {
		n, err := strconv.ParseUint(c[1+2*k:3+2*k], 16, 8)
		if err != nil {
			return out, err
		}
		out[k] = float64(n) / 255
	}
	return out, nil
}

// contrast is the contrast ratio of two colours (WCAG 2.2, relative luminance).
func contrast(a, b string) float64 {
	l := func(c string) float64 {
		rgb, err := parse(c)
		if err != nil {
			return 0
		}
		for k, x := range rgb {
			if x <= 0.04045 {
				rgb[k] = x / 12.92
			} else {
				rgb[k] = math.Pow((x+0.055)/1.055, 2.4)
			}
		}
		return 0.2126*rgb[0] + 0.7152*rgb[1] + 0.0722*rgb[2]
	}
	x, y := l(a), l(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// Styles is the style sheet that sets the colours; "" where all are ours.
func (l *Look) Styles() string {
	if len(l.Light) == 0 {
		return ""
	}
	var b strings.Builder
	block := func(own map[string]string, indent string) {
		b.WriteString(indent + ":root {\n")
		for _, name := range Names() {
			if c, ok := own[name]; ok {
				fmt.Fprintf(&b, "%s  --%s: %s;\n", indent, strings.ReplaceAll(name, "_", "-"), c)
			}
		}
		// The camera's screen is dark in both schemes.
		for _, x := range [][2]string{{"main", "lens"}, {"on_main", "on-lens"}} {
			if c, ok := l.Dark[x[0]]; ok && indent == "" {
				fmt.Fprintf(&b, "  --%s: %s;\n", x[1], c)
			}
		}
		b.WriteString(indent + "}\n")
	}
	block(l.Light, "")
	b.WriteString("@media (prefers-color-scheme: dark) {\n")
	block(l.Dark, "  ")
	b.WriteString("}\n")
	return b.String()
}

// logoOf makes sure that a file is a small picture that runs and fetches nothing.
func logoOf(body []byte) (Logo, error) {
	if len(body) > maxLogo {
		return Logo{}, fmt.Errorf("has %d bytes; %d are the most", len(body), maxLogo)
	}
	if bytes.HasPrefix(body, []byte("\x89PNG\r\n\x1a\n")) {
		c, err := png.DecodeConfig(bytes.NewReader(body))
		if err != nil {
			return Logo{}, fmt.Errorf("is no PNG that can be read: %w", err)
		}
		if c.Width > maxLogoSide || c.Height > maxLogoSide {
			return Logo{}, fmt.Errorf("is %d × %d pixels; %d are the most for each side", c.Width, c.Height, maxLogoSide)
		}
		return Logo{"image/png", body, c.Width, c.Height}, nil
	}
	if err := still(body); err != nil {
		return Logo{}, err
	}
	return Logo{Kind: "image/svg+xml", Body: body}, nil
}

// drawn are the elements that a logo may have; all of them only draw.
var drawn = []string{
	"svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan", "title", "desc", "defs", "use", "symbol",
	"linearGradient", "radialGradient", "stop", "clipPath", "mask", "metadata",
}

// still makes sure that a file is an SVG that only draws. Browsers run nothing in a
// picture, but the file has an address of ours, at which it can be opened alone.
func still(body []byte) error {
	d := xml.NewDecoder(bytes.NewReader(body))
	d.Strict = true
	for first := true; ; {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			if first {
				return errors.New("is neither PNG nor SVG")
			}
			return nil
		}
		if err != nil {
			return errors.New("is neither PNG nor SVG")
		}
		switch t := t.(type) {
		case xml.ProcInst:
			if t.Target != "xml" {
				return errors.New("names a style sheet; save it as plain SVG")
			}
		case xml.Directive:
			return errors.New("has a <!DOCTYPE>; save it as plain SVG")
		case xml.StartElement:
			if first && t.Name.Local != "svg" {
				return errors.New("is neither PNG nor SVG")
			}
			first = false
			if !slices.Contains(drawn, t.Name.Local) {
				return fmt.Errorf("has a <%s>; a logo may only draw: save it as plain SVG, text as paths", t.Name.Local)
			}
			for _, a := range t.Attr {
				if err := quiet(a); err != nil {
					return err
				}
			}
		}
	}
}

// quiet refuses attributes that act, or that fetch something from elsewhere.
func quiet(a xml.Attr) error {
	name, value := strings.ToLower(a.Name.Local), strings.ToLower(a.Value)
	if strings.HasPrefix(name, "on") {
		return fmt.Errorf("has the attribute %s; a logo may only draw", a.Name.Local)
	}
	if name == "href" && !strings.HasPrefix(a.Value, "#") {
		return errors.New("refers to another file; put everything into one")
	}
	// CSS spells any letter by its number after a backslash, and leaves out comments.
	if strings.Contains(value, "\\") || strings.Contains(value, "/*") {
		return fmt.Errorf("has escapes or comments in the attribute %s; save it as plain SVG", a.Name.Local)
	}
	if rest := strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(value, " ", ""), "'", ""), `"`, ""); a.Name.Space != "xmlns" && name != "xmlns" &&
		(strings.Contains(strings.ReplaceAll(rest, "url(#", ""), "url(") || strings.Contains(rest, "@import") || strings.Contains(rest, "javascript:")) {
		return errors.New("refers to another file; put everything into one")
	}
	return nil
}

// Extension is that of a logo's file.
func (l Logo) Extension() string {
	if l.Kind == "image/png" {
		return ".png"
	}
	return ".svg"
}

// Default is how the page looks of itself.
func Default() Look { return Look{Light: Ours("light"), Dark: Ours("dark")} }

// Ours are the page's own colours in a scheme, light or dark.
func Ours(scheme string) map[string]string { return maps.Clone(ours[scheme]) }
