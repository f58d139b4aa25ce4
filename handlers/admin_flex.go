package handlers

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// chatView is what pages/chat.html shows: a LINE message as it stands in a chat.
type chatView struct {
	Lang        lang
	Bubbles     []flexBox
	Alternative string
	Broken      string // the container, where it can't be drawn
	At          time.Time
}

// flexBox is a container or a component of a Flex message, with the properties that can be drawn here. What is not
// known of it is left out, as LINE's own clients do with what is newer than they are (Messaging API reference, "Flex
// Message").
type flexBox struct {
	Type       string      `json:"type"`
	Layout     string      `json:"layout"`
	Contents   []flexBox   `json:"contents"`
	Header     *flexBox    `json:"header"`
	Hero       *flexBox    `json:"hero"`
	Body       *flexBox    `json:"body"`
	Footer     *flexBox    `json:"footer"`
	Text       string      `json:"text"`
	URL        string      `json:"url"`
	Size       string      `json:"size"`
	Weight     string      `json:"weight"`
	Color      string      `json:"color"`
	Background string      `json:"backgroundColor"`
	Align      string      `json:"align"`
	Decoration string      `json:"decoration"`
	Style      string      `json:"style"`
	Spacing    string      `json:"spacing"`
	Margin     string      `json:"margin"`
	Ratio      string      `json:"aspectRatio"`
	Flex       *int        `json:"flex"`
	Wrap       bool        `json:"wrap"`
	Action     *flexAction `json:"action"`
}

type flexAction struct {
	Label string `json:"label"`
	URI   string `json:"uri"`
}

// bubblesOf reads a container; broken is its text when it is none that LINE would take.
func bubblesOf(container json.RawMessage) (bubbles []flexBox, broken string) {
	var outer flexBox
	if err := json.Unmarshal(container, &outer); err != nil {
		return nil, readable(container)
	}
	switch outer.Type {
	case "bubble":
		return []flexBox{outer}, ""
	case "carousel":
		return outer.Contents, ""
	}
	return nil, readable(container)
}

var textSizes = map[string]string{
	"xxs": "11px", "xs": "13px", "sm": "14px", "md": "16px", "lg": "19px", "xl": "22px", "xxl": "29px",
	"3xl": "35px", "4xl": "48px", "5xl": "74px",
}

// TextSize is the size of a text in pixels.
func (b flexBox) TextSize() string { return sizeIn(textSizes, b.Size, "md") }

var imageSizes = map[string]string{
	"xxs": "40px", "xs": "60px", "sm": "80px", "md": "100px", "lg": "120px", "xl": "140px", "xxl": "160px",
	"3xl": "180px", "4xl": "200px", "5xl": "220px", "full": "100%",
}

// ImageSize is the width of an image.
func (b flexBox) ImageSize() string { return sizeIn(imageSizes, b.Size, "md") }

var spaces = map[string]string{
	"none": "0", "xs": "2px", "sm": "4px", "md": "8px", "lg": "12px", "xl": "16px", "xxl": "20px",
}

// Gap is the space between the contents of a box.
func (b flexBox) Gap() string { return sizeIn(spaces, b.Spacing, "none") }

// Space is the space before a component.
func (b flexBox) Space() string { return sizeIn(spaces, b.Margin, "none") }

// sizeIn translates a keyword, and lets a number of pixels stand.
func sizeIn(keywords map[string]string, size, otherwise string) string {
	if known, ok := keywords[size]; ok {
		return known
	}
	if pixels, ok := strings.CutSuffix(size, "px"); ok {
		if n, err := strconv.ParseFloat(pixels, 64); err == nil && n >= 0 && n <= 1000 {
			return size
		}
	}
	return keywords[otherwise]
}

// Shape is an image's width divided by its height.
func (b flexBox) Shape() string {
	width, height, _ := strings.Cut(b.Ratio, ":")
	w, errW := strconv.ParseFloat(width, 64)
	h, errH := strconv.ParseFloat(height, 64)
	if errW != nil || errH != nil || w <= 0 || h <= 0 {
		return "1"
	}
	return strconv.FormatFloat(w/h, 'f', 3, 64)
}

var flexColor = regexp.MustCompile(`^#(?:[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})$`)

// Ink is the colour of a text or a button; empty: the usual one.
func (b flexBox) Ink() string { return flexColor.FindString(b.Color) }

// Ground is the colour behind a box or an image; empty: none.
func (b flexBox) Ground() string { return flexColor.FindString(b.Background) }

// Sideways tells whether a box lines its contents up in a row.
func (b flexBox) Sideways() bool { return b.Layout == "horizontal" || b.Layout == "baseline" }

// Grow is how a component shares the room of a row.
func (b flexBox) Grow() int {
	if b.Flex != nil {
		return max(*b.Flex, 0)
	}
	return 1
}
