package handlers

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"kagobell/scenarios"
)

// hotPage is what pages/hot-list.html shows.
type hotPage struct {
	Lines []hotRow
	Full  bool // there may be more than are shown
}

// hotRow is a line and its bar, on one scale with the others.
type hotRow struct {
	HotLine
	Width  chartWidth
	Pinned int64 // Since in Unix microseconds: the button speaks of this time on the list
}

func (a *admin) listHot(c *gin.Context, v *visit) error {
	lines, err := a.hot.HotLines(c.Request.Context(), adminLimit)
	if err != nil {
		return err
	}
	page := hotPage{Full: len(lines) == adminLimit}
	for _, line := range lines {
		page.Lines = append(page.Lines, hotRow{line, widthOf(int(line.Score), int(lines[0].Score)), line.Since.UnixMicro()})
	}
	return a.write(c, v, http.StatusOK, "hot-list", page)
}

func (a *admin) downloadHot(c *gin.Context, _ *visit) error { return sendHotList(c, a.hot) }

// rejectLead says that an account is no lead, as a webhook of the sales system would.
func (a *admin) rejectLead(c *gin.Context, v *visit) error {
	since, err := strconv.ParseInt(v.form("since"), 10, 64)
	if err != nil {
		return errForm
	}
	event, err := notALead(scenarios.AccountKey(pathValue(c, "key")), since, a.now())
	if err != nil {
		return err
	}
	results, err := a.ingest.Ingest(c.Request.Context(), []*scenarios.Event{event})
	switch {
	case err != nil:
		return err
	case len(results) == 1 && results[0].Err != nil:
		return results[0].Err
	}
	c.Redirect(http.StatusSeeOther, "/admin/hot-list?done=rejected")
	return nil
}
