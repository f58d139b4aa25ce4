package handlers

import (
	"bytes"
	"context"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

// DMBatches reads the postal batches.
type DMBatches interface {
	// DMBatches lists the newest first. ErrBadCursor.
	DMBatches(ctx context.Context, cursor string, limit int) (Page[DMBatch], error)
	// WriteDM writes the rows of a batch as a CSV file and tells its character set (utf-8 or shift_jis). ErrNotFound.
	WriteDM(ctx context.Context, id string, w io.Writer) (charset string, err error)
}

// DMBatch is what goes to the printer on one day.
type DMBatch struct {
	ID       string
	Letters  int       // that are in it now: a buyer who orders before the cut-off leaves it
	CutOffAt time.Time // nothing enters or leaves from then on
	Closed   bool
}

type dmBatchView struct {
	ID       string `json:"id"`
	Letters  int    `json:"letters"`
	CutOffAt string `json:"cut_off_at,omitempty"`
	Closed   bool   `json:"closed"`
	CSV      string `json:"csv"` // where the rows are
}

func (a *api) viewBatch(b DMBatch) dmBatchView {
	return dmBatchView{
		ID: b.ID, Letters: b.Letters, CutOffAt: a.when(b.CutOffAt), Closed: b.Closed,
		CSV: "/api/dm/batches/" + b.ID + ".csv",
	}
}

func (a *api) listBatches(c *gin.Context) error {
	q := a.query(c)
	cursor, limit := q.text("cursor"), q.limit()
	if err := q.err(); err != nil {
		return err
	}
	page, err := a.dm.DMBatches(c.Request.Context(), cursor, limit)
	if err != nil {
		return err
	}
	return writeJSON(c, http.StatusOK, viewPage(page, a.viewBatch))
}

// getBatch writes the whole file before it answers: half a list would be printed as if it were one.
func (a *api) getBatch(c *gin.Context) error {
	id, isCSV := strings.CutSuffix(pathValue(c, "file"), ".csv")
	if !isCSV || id == "" {
		return problem(http.StatusNotFound, "expected the id of a batch followed by .csv")
	}
	var file bytes.Buffer
	charset, err := a.dm.WriteDM(c.Request.Context(), id, &file)
	if err != nil {
		return err
	}
	c.Header("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": id + ".csv"}))
	c.Data(http.StatusOK, mime.FormatMediaType("text/csv", map[string]string{"charset": charset, "header": "present"}), file.Bytes())
	return nil
}
