package handlers

import (
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
)

// periodDays are the periods that one click chooses.
var periodDays = []int{7, 30, 90}

const defaultPeriodDays = 30

// period is a stretch of whole days in the shop's calendar.
type period struct {
	Days     int       // one of periodDays; 0: chosen by its dates
	From, To time.Time // without To
	Wrong    bool      // the dates that were asked for make no sense: the default stands in
}

// Last is the last day of the period.
func (p period) Last() time.Time { return p.To.AddDate(0, 0, -1) }

// Choices are the periods that one click chooses.
func (period) Choices() []int { return periodDays }

// periodOf reads from and to (the last day), else the number of days up to today.
func periodOf(c *gin.Context, now time.Time, zone *time.Location) period {
	year, month, date := now.In(zone).Date()
	tomorrow := time.Date(year, month, date+1, 0, 0, 0, 0, zone)
	lastDays := func(n int) period { return period{Days: n, From: tomorrow.AddDate(0, 0, -n), To: tomorrow} }

	from, to := c.Query("from"), c.Query("to")
	if from != "" || to != "" {
		p := period{From: tomorrow.AddDate(0, 0, -defaultPeriodDays), To: tomorrow}
		var err, errTo error
		if from != "" {
			p.From, err = time.ParseInLocation(time.DateOnly, from, zone)
		}
		if to != "" {
			p.To, errTo = time.ParseInLocation(time.DateOnly, to, zone)
			p.To = p.To.AddDate(0, 0, 1)
		}
		if to != "" && from == "" {
			p.From = p.To.AddDate(0, 0, -defaultPeriodDays)
		}
		if err == nil && errTo == nil && p.From.Before(p.To) {
			return p
		}
		p = lastDays(defaultPeriodDays)
		p.Wrong = true
		return p
	}
	for _, n := range periodDays {
		if c.Query("days") == strconv.Itoa(n) {
			return lastDays(n)
		}
	}
	return lastDays(defaultPeriodDays)
}
