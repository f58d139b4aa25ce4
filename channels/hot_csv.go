package channels

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"time"
)

// HotRow is a line of the list for sales.
type HotRow struct {
	AccountID, AccountName         string
	BuyerID, BuyerName, Department string
	Email                          string
	Mark                           string
	Score                          float64 // whole points
	Since                          time.Time
	Reasons                        string // one a line
}

// hotTitles are the columns as sales read them.
var hotTitles = []string{"取引先ID", "取引先名", "発注担当者ID", "担当者名", "部署名", "メール", "基準", "スコア", "いつから", "理由"}

// WriteHotList writes the list as CSV (RFC 4180) in UTF-8 with a byte order mark, times
// in the given zone. Cells are neutralised as those of letters are.
func WriteHotList(w io.Writer, rows []HotRow, zone *time.Location) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return fmt.Errorf("hot list: %w", err)
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write(hotTitles); err != nil {
		return fmt.Errorf("hot list: %w", err)
	}
	for n, r := range rows {
		line := []string{r.AccountID, r.AccountName, r.BuyerID, r.BuyerName, r.Department, r.Email, r.Mark,
			strconv.FormatFloat(r.Score, 'f', -1, 64), r.Since.In(zone).Format("2006-01-02 15:04"), r.Reasons}
		for i := range line {
			line[i] = neutralCell(cleanText(line[i]))
		}
		if err := out.Write(line); err != nil {
			return fmt.Errorf("hot list: row %d: %w", n, err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("hot list: %w", err)
	}
	return nil
}
