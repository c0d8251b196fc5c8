package operator_test

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"bonafide/internal/operator"
)

const text = `
name: Example Exchange
help_centre: https://help.example.org
return_to: [https://Shop.example.org, "https://shop.example.org:443", "http://localhost:3000"]
embed_in: [https://shop.example.org]
look:
  logo: logo.svg
  logo_dark: logo.png
  light: {main: "#0A53A8", on_main: "#ffffff"}
  dark: {main: "#79b8ff", on_main: "#0c1f33"}
`

const svg = `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9"><defs><path id="a" d="M0 0h9v9z"/></defs><use xlink:href="#a" fill="url(#g)"/></svg>`

func picture(w, h int) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, w, h))); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func files(name string) ([]byte, error) {
	switch name {
	case "logo.svg":
		return []byte(svg), nil
	case "logo.png":
		return picture(40, 10), nil
	}
	return nil, os.ErrNotExist
}

func TestParse(t *testing.T) {
	t.Parallel()
	o, err := operator.Parse([]byte(text), files)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(append(o.ReturnTo, o.EmbedIn...), " "); got != "https://shop.example.org https://shop.example.org http://localhost:3000 https://shop.example.org" {
		t.Errorf("origins: %s", got)
	}
	if len(o.Look.Logos) != 2 || o.Look.Logos[0].Kind != "image/svg+xml" || o.Look.Logos[1].Width != 40 {
		t.Errorf("logos: %+v", o.Look.Logos)
	}
	if css := o.Look.Styles(); !strings.Contains(css, "--main: #0a53a8;") || !strings.Contains(css, "--lens: #79b8ff;") || !strings.Contains(css, "--on-main: #0c1f33;") {
		t.Error(css)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, from, to, want string }{
		{"an unknown key", "look:", "looks:", "looks"},
		{"no name", "name: Example Exchange", "", "name is missing"},
		{"an origin in clear", "[https://shop.example.org]", "[http://shop.example.org]", "https://"},
		{"an origin with a path", "[https://shop.example.org]", "[https://shop.example.org/]", "origin alone"},
		{"every host", "[https://shop.example.org]", `["https://*.example.org"]`, "one host"},
		{"two policies in one", "[https://shop.example.org]", `["https://a.org; script-src *"]`, "embed_in"},
		{"a name before the host", "[https://shop.example.org]", `["https://a@shop.example.org"]`, "origin alone"},
		{"white on yellow", `main: "#0A53A8"`, `main: "#ffd000"`, "light: main #ffd000 on paper #f6f5f1 has a contrast of 1.3"},
		{"a button's text", `on_main: "#0c1f33"`, `on_main: "#ffffff"`, "dark: on_main #ffffff on main #79b8ff has a contrast of 2.0"},
		{"no colour", `main: "#0A53A8"`, `main: blue`, "must be like #1d5c4d"},
		{"no such colour", "on_main: \"#ffffff\"", `text: "#ffffff"`, `no colour "text"; there are card, edge`},
		{"no dark side", `dark: {main: "#79b8ff", on_main: "#0c1f33"}`, "", "come together"},
		{"no such logo", "logo: logo.svg", "logo: none.svg", "logo: file does not exist"},
		{"the dark one alone", "logo: logo.svg", "", "needs logo"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			changed := strings.Replace(text, c.from, c.to, 1)
			if changed == text {
				t.Fatal("nothing changed")
			}
			if _, err := operator.Parse([]byte(changed), files); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v; want %s", err, c.want)
			}
		})
	}
}

// logo reads a file as the logo.
func logo(body []byte) error {
	_, err := operator.Parse([]byte("name: A\nhelp_centre: https://a.example\nlook: {logo: a}\n"), func(string) ([]byte, error) { return body, nil })
	return err
}

func TestLogos(t *testing.T) {
	t.Parallel()
	wrap := func(inner string) string { return `<svg xmlns="http://www.w3.org/2000/svg">` + inner + `</svg>` }
	for name, body := range map[string]string{
		"a script": wrap("<script>1</script>"), "a handler": wrap(`<path onload="1"/>`), "HTML inside": wrap("<foreignObject/>"), "a style sheet": wrap("<style>@import 'https://a'</style>"),
		"a picture from elsewhere": wrap(`<image href="https://evil.example/a.png"/>`), "a shape from elsewhere": wrap(`<use href="https://evil.example/a.svg#b"/>`),
		"a paint from elsewhere": wrap(`<path fill="url( 'https://evil.example/a' )"/>`), "a style sheet before it": `<?xml-stylesheet href="https://evil.example/a.css"?>` + wrap(""), "an escaped address": wrap(`<path style="fill:u\72l(https://evil.example/a)"/>`),
		"an address with a comment": wrap(`<path style="fill:ur/**/l(https://evil.example/a)"/>`), "a link": wrap(`<a href="javascript:1"/>`), "an animation": wrap("<set/>"),
		"entities": `<!DOCTYPE svg [<!ENTITY a "b">]>` + wrap("&a;"), "HTML": "<html></html>", "GIF": "GIF89a", "nothing": "", "half": "<svg>",
		"too many bytes": wrap(strings.Repeat("<g/>", 20_000)),
	} {
		if logo([]byte(body)) == nil {
			t.Errorf("%s is taken", name)
		}
	}
	if err := logo(picture(2001, 1)); err == nil || !strings.Contains(err.Error(), "2001 × 1") {
		t.Errorf("%v", err)
	}
}

func FuzzLogo(f *testing.F) {
	f.Add([]byte(svg))
	f.Add(picture(3, 2))
	f.Fuzz(func(t *testing.T, body []byte) {
		if logo(body) == nil && bytes.Contains(bytes.ToLower(body), []byte("<script")) && !bytes.HasPrefix(body, []byte("\x89PNG")) && !bytes.Contains(body, []byte("<!--")) {
			t.Errorf("taken: %q", body)
		}
	})
}

// The page has the colours that these are checked against.
func TestColoursAreThePages(t *testing.T) {
	t.Parallel()
	css, err := os.ReadFile(filepath.Join("..", "..", "web", "src", "style.css"))
	if err != nil {
		t.Fatal(err)
	}
	light, rest, _ := strings.Cut(string(css), "@media (prefers-color-scheme: dark)")
	dark, _, _ := strings.Cut(rest, "\n}\n")
	of := func(css string) map[string]string {
		out := map[string]string{}
		for _, m := range regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]+);`).FindAllStringSubmatch(css, -1) {
			c := m[2]
			if len(c) == 4 {
				c = "#" + strings.Repeat(c[1:2], 2) + strings.Repeat(c[2:3], 2) + strings.Repeat(c[3:4], 2)
			}
			out[strings.ReplaceAll(m[1], "-", "_")] = c
		}
		return out
	}
	root, _, _ := strings.Cut(light, "\n}\n")
	for scheme, css := range map[string]string{"light": root, "dark": dark} {
		got := of(css)
		delete(got, "lens")
		delete(got, "on_lens")
		if want := operator.Ours(scheme); len(got) != len(want) {
			t.Errorf("%s: %v", scheme, got)
		} else {
			for name, c := range want {
				if got[name] != c {
					t.Errorf("%s: %s is %s on the page, %s here", scheme, name, got[name], c)
				}
			}
		}
		// And they can be read themselves.
		look := "light: " + flow(of(map[bool]string{true: css, false: root}[scheme == "light"]))
		look += "\n  dark: " + flow(of(dark))
		if _, err := operator.Parse([]byte("name: A\nhelp_centre: https://a.example\nlook:\n  "+look+"\n"), nil); err != nil {
			t.Error(err)
		}
	}
}

func flow(colours map[string]string) string {
	var parts []string
	for name, c := range colours {
		if !strings.Contains(name, "lens") {
			parts = append(parts, name+`: "`+c+`"`)
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func TestWayBack(t *testing.T) {
	t.Parallel()
	o, err := operator.Parse([]byte(text), files)
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]string{
		"https://shop.example.org":                              "https://shop.example.org?case=case_1&state=s+%26+t",
		"https://shop.example.org/done?order=7":                 "https://shop.example.org/done?case=case_1&order=7&state=s+%26+t",
		"http://localhost:3000/x":                               "http://localhost:3000/x?case=case_1&state=s+%26+t",
		"https://shop.example.org.evil.com/":                    "",
		"https://shop.example.org@evil.com/":                    "",
		"https://evil.com/https://shop.example.org":             "",
		`https://evil.com\@shop.example.org`:                    "",
		"https://shop.example.org:8443/":                        "",
		"http://shop.example.org/":                              "",
		"//shop.example.org/":                                   "",
		"javascript://shop.example.org/%0a1":                    "",
		"https://shop.example.org/#a":                           "",
		"https://shop.example.org/?case=other":                  "",
		"https://shop.example.org/?st%61te=other":               "",
		"https://shop.example.org/" + strings.Repeat("a", 1000): "",
	} {
		if got := o.Back(address, "s & t", "case_1"); got != want {
			t.Errorf("%s: %q", address, got)
		}
	}
	if got := o.Back("https://shop.example.org/", "", "case_1"); got != "https://shop.example.org/?case=case_1" {
		t.Error(got)
	}
	if o.MayReturn("https://shop.example.org/", strings.Repeat("s", 501)) == nil {
		t.Error("a long state is taken")
	}
	if err := (operator.Operator{}).MayReturn("https://shop.example.org/", ""); err == nil || !strings.Contains(err.Error(), "return_to") {
		t.Error(err)
	}
}

func TestFilesStandBesideIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := errors.Join(
		os.WriteFile(filepath.Join(dir, "logo.svg"), []byte(svg), 0o600), os.WriteFile(filepath.Join(dir, "logo.png"), picture(9, 9), 0o600),
		os.WriteFile(filepath.Join(dir, "operator.yaml"), []byte(text), 0o600), os.WriteFile(filepath.Join(dir, "up.yaml"), []byte(strings.Replace(text, "logo.svg", "../logo.svg", 1)), 0o600),
	); err != nil {
		t.Fatal(err)
	}
	if _, err := operator.Load(filepath.Join(dir, "operator.yaml")); err != nil {
		t.Error(err)
	}
	if _, err := operator.Load(filepath.Join(dir, "up.yaml")); err == nil || !strings.Contains(err.Error(), "beside this file") {
		t.Errorf("%v", err)
	}
}
