package handlers

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"
)

// Directory finds buyers by what people know of them.
type Directory interface {
	// FindBuyers lists buyers in the order of their ids.
	FindBuyers(ctx context.Context, filter BuyerFilter) (Page[BuyerLine], error)
}

// BuyerFilter narrows the list; empty fields do not.
type BuyerFilter struct {
	Search string // in id, name, e-mail address or the account's id
	Cursor string
	Limit  int
}

// BuyerLine is a buyer as the list shows him.
type BuyerLine struct {
	ID        string
	Name      string
	Company   string
	AccountID string
	Email     string
	Erased    bool
}

// buyersPage is what pages/buyers.html shows.
type buyersPage struct {
	Items    []BuyerLine
	Pager    pager
	Filtered bool
	Search   string
}

// listBuyers leads straight to the buyer whose id was typed whole.
func (a *admin) listBuyers(c *gin.Context, v *visit) error {
	filter := BuyerFilter{Search: filterText(c, "q"), Cursor: c.Query("cursor"), Limit: adminLimit}
	if filter.Search != "" && filter.Cursor == "" {
		_, err := a.buyers.BuyerRecord(c.Request.Context(), filter.Search)
		if err == nil {
			c.Redirect(http.StatusSeeOther, "/admin/buyers/"+url.PathEscape(filter.Search))
			return nil
		}
		if !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	found, err := a.directory.FindBuyers(c.Request.Context(), filter)
	if err != nil {
		return err
	}
	return a.write(c, v, http.StatusOK, "buyers", buyersPage{
		Items: found.Items, Pager: pagerOf(c, found.Next), Filtered: filter.Search != "", Search: filter.Search,
	})
}
