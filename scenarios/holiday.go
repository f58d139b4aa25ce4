package scenarios

import (
	"math"
	"sync"
	"time"
)

// Japan's public holidays by the rules of 国民の祝日に関する法律 (昭和23年法律第178号) as they stand since 2007, with
// every change after that. The Cabinet Office keeps the list: https://www8.cao.go.jp/chosei/shukujitsu/gaiyou.html
// Years before 2007 are judged by the rules of 2007.

// IsHoliday tells whether t falls, in zone, on a public holiday of Japan (休日 by article 3 of the act: the holiday
// itself, a substitute for one on a Sunday, or a day between two).
func IsHoliday(t time.Time, zone *time.Location) bool { return HolidayName(t, zone) != "" }

// HolidayName gives the Japanese name of the public holiday that t falls on in zone, or "".
func HolidayName(t time.Time, zone *time.Location) string { return holidayOn(dateIn(t, zone)) }

// dateIn is the calendar date that t falls on in zone, as midnight UTC: a form that weekdays and steps of a day can
// be counted in without meeting a change of the clocks.
func dateIn(t time.Time, zone *time.Location) time.Time {
	year, month, date := t.In(zone).Date()
	return time.Date(year, month, date, 0, 0, 0, 0, time.UTC)
}

// holidayOn is the name of the public holiday on a date (midnight UTC), or "".
func holidayOn(date time.Time) string {
	year, month, day := date.Date()
	known, ok := holidaysOf.Load(year)
	if !ok {
		known, _ = holidaysOf.LoadOrStore(year, holidaysIn(year))
	}
	return known.(*holidays)[month][day]
}

// holidays are the names of a year's holidays by month and day, both from 1.
type holidays [13][32]string

// holidaysOf are those of the years that were asked for: the rules are the same whenever one asks.
var holidaysOf sync.Map

func holidaysIn(year int) *holidays {
	var found holidays
	for date := time.Date(year, time.January, 1, 0, 0, 0, 0, time.UTC); date.Year() == year; date = date.AddDate(0, 0, 1) {
		found[date.Month()][date.Day()] = holidayByRules(date)
	}
	return &found
}

func holidayByRules(date time.Time) string {
	if name := namedHoliday(date); name != "" {
		return name
	}
	// Article 3 (2): a holiday on a Sunday is made good on the first day after it that is not itself a holiday.
	yesterday := date.AddDate(0, 0, -1)
	for past := yesterday; namedHoliday(past) != ""; past = past.AddDate(0, 0, -1) {
		if past.Weekday() == time.Sunday {
			return "振替休日"
		}
	}
	// Article 3 (3): so is a day whose neighbours are both holidays.
	if namedHoliday(yesterday) != "" && namedHoliday(date.AddDate(0, 0, 1)) != "" {
		return "国民の休日"
	}
	return ""
}

// holidayRule is one row of article 2: falls gives the day of the month in that year, 0 where there is none.
type holidayRule struct {
	name  string
	month time.Month
	falls func(year int) int
}

var holidayRules = []holidayRule{
	{"元日", time.January, onDay(1)},
	{"成人の日", time.January, nthMonday(2, time.January)},
	{"建国記念の日", time.February, onDay(11)}, // 昭和41年政令第376号
	{"天皇誕生日", time.February, fromYear(2020, onDay(23))},
	{"春分の日", time.March, equinox(20.8431)},
	{"昭和の日", time.April, onDay(29)},
	{"憲法記念日", time.May, onDay(3)},
	{"みどりの日", time.May, onDay(4)},
	{"こどもの日", time.May, onDay(5)},
	{"海の日", time.July, unlessOlympic(nthMonday(3, time.July))},
	{"山の日", time.August, fromYear(2016, unlessOlympic(onDay(11)))},
	{"敬老の日", time.September, nthMonday(3, time.September)},
	{"秋分の日", time.September, equinox(23.2488)},
	{"体育の日", time.October, toYear(2019, nthMonday(2, time.October))},
	{"スポーツの日", time.October, fromYear(2020, unlessOlympic(nthMonday(2, time.October)))},
	{"文化の日", time.November, onDay(3)},
	{"勤労感謝の日", time.November, onDay(23)},
	{"天皇誕生日", time.December, toYear(2018, onDay(23))}, // 平成29年法律第63号 moved it; 2019 had none
}

// singleHolidays are the days that a law of their own set for one year: the enthronement (平成30年法律第99号, which
// counts them as holidays of the act, so that their neighbours are free too) and the Olympic summers (article 32 of
// 平成27年法律第33号).
var singleHolidays = map[string]string{
	"2019-05-01": "天皇の即位の日",
	"2019-10-22": "即位礼正殿の儀の行われる日",
	"2020-07-23": "海の日", "2020-07-24": "スポーツの日", "2020-08-10": "山の日",
	"2021-07-22": "海の日", "2021-07-23": "スポーツの日", "2021-08-08": "山の日",
}

// namedHoliday is a 国民の祝日 proper, without the days that article 3 adds.
func namedHoliday(date time.Time) string {
	year, month, day := date.Date()
	for _, rule := range holidayRules {
		if rule.month == month && rule.falls(year) == day {
			return rule.name
		}
	}
	if year >= 2019 && year <= 2021 {
		return singleHolidays[date.Format(time.DateOnly)]
	}
	return ""
}

func onDay(day int) func(int) int { return func(int) int { return day } }

// nthMonday is the nth Monday of the month (平成10年法律第141号 and 平成13年法律第59号, "Happy Monday").
func nthMonday(nth int, month time.Month) func(int) int {
	return func(year int) int {
		first := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC).Weekday()
		return 1 + int(time.Monday-first+7)%7 + 7*(nth-1)
	}
}

// equinox estimates the day in Japan on which the sun crosses the equator, from the day and its fraction in 1980, a
// year of 365.242194 days and the leap days since (the formula of 『新こよみ便利帳』, 恒星社厚生閣, with the Gregorian
// leap rule in place of a constant for each century). The act leaves the day to astronomy: the gazette of each
// February names the next year's (暦要項, National Astronomical Observatory). This agrees with an astronomical
// computation (Meeus, Astronomical Algorithms, chapter 27) for every year from 1980 to 2099.
func equinox(in1980 float64) func(int) int {
	return func(year int) int {
		leapDays := year/4 - year/100 + year/400 - (1980/4 - 1980/100 + 1980/400)
		return int(math.Floor(in1980 + 0.242194*float64(year-1980) - float64(leapDays)))
	}
}

func fromYear(first int, falls func(int) int) func(int) int {
	return func(year int) int {
		if year < first {
			return 0
		}
		return falls(year)
	}
}

func toYear(last int, falls func(int) int) func(int) int {
	return func(year int) int {
		if year > last {
			return 0
		}
		return falls(year)
	}
}

func unlessOlympic(falls func(int) int) func(int) int {
	return func(year int) int {
		if year == 2020 || year == 2021 {
			return 0
		}
		return falls(year)
	}
}
