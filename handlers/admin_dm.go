package handlers

import (
	"bytes"
	"mime"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
)

// batchesPage is what pages/dm.html shows.
type batchesPage struct {
	Batches []DMBatch
	Pager   pager
}

func (a *admin) listBatches(c *gin.Context, v *visit) error {
	found, err := a.dm.DMBatches(c.Request.Context(), c.Query("cursor"), adminLimit)
	if err != nil {
		return err
	}
	return a.write(c, v, http.StatusOK, "dm", batchesPage{found.Items, pagerOf(c, found.Next)})
}

// downloadBatch writes the whole file before it answers: half a list would be printed as if it were one.
func (a *admin) downloadBatch(c *gin.Context, _ *visit) error {
	id, isCSV := strings.CutSuffix(pathValue(c, "file"), ".csv")
	if !isCSV || id == "" {
		return ErrNotFound
	}
	var file bytes.Buffer
	charset, err := a.dm.WriteDM(c.Request.Context(), id, &file)
	if err != nil {
		return err
	}
	c.Header("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": id + ".csv"}))
	c.Data(http.StatusOK, mime.FormatMediaType("text/csv", map[string]string{"charset": charset}), file.Bytes())
	return nil
}
