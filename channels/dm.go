package channels

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/unicode/norm"
)

// The encodings of a DM export.
const (
	EncodingUTF8  = "utf-8" // with a byte order mark, without which Excel takes it for Shift_JIS
	EncodingCP932 = "cp932" // Windows' Shift_JIS, which printers' programs read
)

// DMReplacement tells of characters that CP932 does not have. In their place
// stands the mark that Japanese printers know for a missing type.
type DMReplacement struct {
	Row        int // of rows, from 0
	MessageID  string
	Column     string // its title
	Characters string // those replaced, in order
}

const missingType = '〓'

// WriteDM writes letters as CSV (RFC 4180) with a line of Japanese titles. Cells
// that a spreadsheet would take for a formula begin with an apostrophe. The
// replacements are empty for UTF-8.
func WriteDM(w io.Writer, rows []DMRow, encodingName string) ([]DMReplacement, error) {
	var enc *encoding.Encoder
	switch encodingName {
	case EncodingUTF8, "":
		if _, err := io.WriteString(w, "\ufeff"); err != nil {
			return nil, fmt.Errorf("dm export: %w", err)
		}
	case EncodingCP932:
		enc = japanese.ShiftJIS.NewEncoder() // the WHATWG index, which is CP932's
		w = enc.Writer(w)
	default:
		return nil, fmt.Errorf("dm export: expected encoding %s or %s, got %q", EncodingUTF8, EncodingCP932, encodingName)
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	line := make([]string, len(dmColumns))
	for i, column := range dmColumns {
		line[i] = column.title
	}
	if err := out.Write(line); err != nil {
		return nil, fmt.Errorf("dm export: %w", err)
	}
	var replaced []DMReplacement
	for n := range rows {
		for i, column := range dmColumns {
			cell := neutralCell(cleanText(column.cell(&rows[n])))
			if enc != nil {
				var lost string
				if cell, lost = inCP932(cell); lost != "" {
					replaced = append(replaced, DMReplacement{Row: n, MessageID: rows[n].MessageID, Column: column.title, Characters: lost})
				}
			}
			line[i] = cell
		}
		if err := out.Write(line); err != nil {
			return replaced, fmt.Errorf("dm export: row %d: %w", n, err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return replaced, fmt.Errorf("dm export: %w", err)
	}
	if closer, ok := w.(io.Closer); ok && enc != nil {
		if err := closer.Close(); err != nil {
			return replaced, fmt.Errorf("dm export: %w", err)
		}
	}
	return replaced, nil
}

// neutralCell keeps a spreadsheet from reading a cell as a formula (OWASP, "CSV
// injection"): also behind spaces, which some cut off, and with the full-width
// signs, which a Japanese Excel takes for the narrow ones.
func neutralCell(cell string) string {
	first := strings.TrimLeft(cell, " \u3000\n")
	if first == "" || !strings.ContainsRune("=+-@\t\r＝＋－＠", []rune(first)[0]) {
		return cell
	}
	return "'" + cell
}

// alike are characters that CP932 writes with another code point of the same
// look: the same byte stands for either, by the table in use.
var alike = strings.NewReplacer(
	"〜", "～", "−", "－", "‖", "∥", "—", "―", "–", "－", "‑", "－",
	"¢", "￠", "£", "￡", "¬", "￢", "¥", "￥", "\u00a0", " ", "ゔ", "ヴ",
)

// inCP932 rewrites a cell so that CP932 can hold it, and lists what was lost.
func inCP932(cell string) (written, lost string) {
	cell = alike.Replace(norm.NFC.String(cell)) // か and ゙ become が
	probe := japanese.ShiftJIS.NewEncoder()
	if _, err := probe.String(cell); err == nil {
		return cell, ""
	}
	var b, missing strings.Builder
	for _, r := range cell {
		if _, err := probe.String(string(r)); err != nil {
			missing.WriteRune(r)
			r = missingType
		}
		b.WriteRune(r)
	}
	return b.String(), missing.String()
}
