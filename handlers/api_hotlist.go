package handlers

import (
	"bytes"
	"mime"
	"net/http"

	"github.com/gin-gonic/gin"
)

// hotView is a line of the list for sales as JSON.
type hotView struct {
	AccountID   string       `json:"account_id"`
	AccountName string       `json:"account_name,omitempty"`
	Buyer       *contactView `json:"buyer,omitempty"`
	Mark        string       `json:"mark"`
	Score       float64      `json:"score"`
	Since       string       `json:"since"`
	Reasons     []scoreView  `json:"reasons"`
}

type contactView struct {
	ID    string `json:"id"`
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
}

type scoreView struct {
	Rule   string  `json:"rule"`
	Event  string  `json:"event"`
	Points float64 `json:"points"`
	At     string  `json:"at"`
}

func (a *api) viewHot(h HotLine) hotView {
	view := hotView{AccountID: h.AccountID(), AccountName: h.Name, Mark: h.Mark, Score: h.Score, Since: a.when(h.Since), Reasons: []scoreView{}}
	if h.Buyer != nil {
		view.Buyer = &contactView{h.Buyer.ID, h.Buyer.Name, h.Buyer.Email}
	}
	for _, r := range h.Reasons {
		view.Reasons = append(view.Reasons, scoreView{r.Rule, r.Event, r.Points, a.when(r.At)})
	}
	return view
}

func (a *api) listHot(c *gin.Context) error {
	q := a.query(c)
	limit := q.limit()
	if err := q.err(); err != nil {
		return err
	}
	lines, err := a.hot.HotLines(c.Request.Context(), limit)
	if err != nil {
		return err
	}
	return writeJSON(c, http.StatusOK, viewPage(Page[HotLine]{Items: lines}, a.viewHot))
}

func (a *api) getHotCSV(c *gin.Context) error { return sendHotList(c, a.hot) }

// sendHotList writes the whole file before it answers, as for letters.
func sendHotList(c *gin.Context, list HotList) error {
	var file bytes.Buffer
	if err := list.WriteHotList(c.Request.Context(), &file); err != nil {
		return err
	}
	c.Header("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": "hot-list.csv"}))
	c.Data(http.StatusOK, mime.FormatMediaType("text/csv", map[string]string{"charset": "utf-8", "header": "present"}), file.Bytes())
	return nil
}
