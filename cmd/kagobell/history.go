package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// history is a JSON Lines file of events, read line by line.
type history struct {
	name    string
	reader  *bufio.Reader
	file    *os.File // nil for standard input
	size    int64    // bytes; -1: not known
	offset  int64    // bytes read
	number  int      // of the last line read
	held    *historyLine
	errs    io.Writer
	refused int    // lines that can't be taken
	inPlace bool   // a line is used up before the next is read, by one who checks its JSON
	mark    string // where how far it came is kept; empty: nowhere
}

// historyLine is one event as the file has it.
type historyLine struct {
	number int // from 1
	text   []byte
	end    int64 // where the file goes on after it
}

// progress is what is kept beside a file that was not sent to its end.
type progress struct {
	Offset int64 `json:"offset"`
	Line   int   `json:"line"`
}

// openHistory opens a file, or standard input for "-". A file is gone on with where the last sending stopped.
func openHistory(stdin io.Reader, errs io.Writer, name string, fromStart bool) (*history, error) {
	if name == "-" {
		return &history{name: "standard input", reader: bufio.NewReaderSize(stdin, longestLine), size: -1, errs: errs}, nil
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	h := &history{name: name, file: file, size: info.Size(), mark: name + ".sent", errs: errs}
	if kept := h.kept(); !fromStart && kept.Offset > 0 && kept.Offset <= h.size {
		if h.offset, err = file.Seek(kept.Offset, io.SeekStart); err != nil {
			_ = file.Close()
			return nil, err
		}
		h.number = kept.Line
	}
	h.reader = bufio.NewReaderSize(file, longestLine)
	return h, nil
}

func (h *history) close() {
	if h.file != nil {
		_ = h.file.Close()
	}
}

func (h *history) kept() progress {
	var p progress
	if text, err := os.ReadFile(h.mark); err == nil && json.Unmarshal(text, &p) != nil {
		return progress{}
	}
	return p
}

// remember writes down that everything up to a line is sent.
func (h *history) remember(last historyLine) error {
	if h.mark == "" {
		return nil
	}
	text, err := json.Marshal(progress{Offset: last.end, Line: last.number})
	if err != nil {
		return err
	}
	return writeWhole(h.mark, text)
}

// forget removes the mark of a file that was sent to its end.
func (h *history) forget() {
	if h.mark != "" {
		_ = os.Remove(h.mark)
	}
}

// refuse notes a line that can't be taken: a batch with one in that is not JSON would be refused whole.
func (h *history) refuse(why string) {
	h.refused++
	fmt.Fprintf(h.errs, "%s:%d: refused: %s\n", h.name, h.number, why)
}

// longestLine is what the reader holds of a file at a time, in bytes.
const longestLine = 1 << 20

// read is the next line of the file, as it lies in the reader's buffer. One that is too long is passed over.
func (h *history) read() ([]byte, error) {
	text, err := h.reader.ReadSlice('\n')
	h.offset += int64(len(text))
	if len(text) > 0 {
		h.number++
	}
	if !errors.Is(err, bufio.ErrBufferFull) {
		return text, err
	}
	for errors.Is(err, bufio.ErrBufferFull) {
		text, err = h.reader.ReadSlice('\n')
		h.offset += int64(len(text))
	}
	h.refuse("expected a line of at most 1 MiB")
	return nil, nil
}

// next reads at most so many lines and bytes; io.EOF when none is left.
func (h *history) next(lines, bytes int) ([]historyLine, error) {
	var batch []historyLine
	for total := 0; len(batch) < lines; {
		line, err := h.line()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if total += len(line.text); total > bytes && len(batch) > 0 {
			h.held = line
			break
		}
		batch = append(batch, *line)
	}
	if len(batch) == 0 {
		return nil, io.EOF
	}
	return batch, nil
}

// nextLine reads one line; more is false at the end.
func (h *history) nextLine() (line historyLine, more bool, err error) {
	next, err := h.line()
	if errors.Is(err, io.EOF) {
		return historyLine{}, false, nil
	}
	if err != nil {
		return historyLine{}, false, err
	}
	return *next, true, nil
}

// line reads the next line that is not blank.
func (h *history) line() (*historyLine, error) {
	if held := h.held; held != nil {
		h.held = nil
		return held, nil
	}
	for {
		text, err := h.read()
		if len(text) == 0 && err != nil {
			return nil, err
		}
		text = bytes.TrimRight(text, "\r\n")
		if h.number == 1 {
			text = bytes.TrimPrefix(text, []byte("\ufeff")) // as some editors begin a file
		}
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		if h.inPlace {
			return &historyLine{h.number, text, h.offset}, nil
		}
		if text = bytes.Clone(text); !json.Valid(text) {
			h.refuse("expected a JSON object in a line")
			continue
		}
		return &historyLine{h.number, text, h.offset}, nil
	}
}
