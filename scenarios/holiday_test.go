package scenarios

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/japanese"
)

// holidaysByYear is written from the act by hand, year by year; the special years are those of the enthronement and
// of the Olympic summers.
var holidaysByYear = map[int]string{
	2019: `01-01 元日, 01-14 成人の日, 02-11 建国記念の日, 03-21 春分の日, 04-29 昭和の日, 04-30 国民の休日,
		05-01 天皇の即位の日, 05-02 国民の休日, 05-03 憲法記念日, 05-04 みどりの日, 05-05 こどもの日, 05-06 振替休日,
		07-15 海の日, 08-11 山の日, 08-12 振替休日, 09-16 敬老の日, 09-23 秋分の日, 10-14 体育の日,
		10-22 即位礼正殿の儀の行われる日, 11-03 文化の日, 11-04 振替休日, 11-23 勤労感謝の日`,
	2020: `01-01 元日, 01-13 成人の日, 02-11 建国記念の日, 02-23 天皇誕生日, 02-24 振替休日, 03-20 春分の日,
		04-29 昭和の日, 05-03 憲法記念日, 05-04 みどりの日, 05-05 こどもの日, 05-06 振替休日, 07-23 海の日,
		07-24 スポーツの日, 08-10 山の日, 09-21 敬老の日, 09-22 秋分の日, 11-03 文化の日, 11-23 勤労感謝の日`,
	2021: `01-01 元日, 01-11 成人の日, 02-11 建国記念の日, 02-23 天皇誕生日, 03-20 春分の日, 04-29 昭和の日,
		05-03 憲法記念日, 05-04 みどりの日, 05-05 こどもの日, 07-22 海の日, 07-23 スポーツの日, 08-08 山の日,
		08-09 振替休日, 09-20 敬老の日, 09-23 秋分の日, 11-03 文化の日, 11-23 勤労感謝の日`,
	2026: `01-01 元日, 01-12 成人の日, 02-11 建国記念の日, 02-23 天皇誕生日, 03-20 春分の日, 04-29 昭和の日,
		05-03 憲法記念日, 05-04 みどりの日, 05-05 こどもの日, 05-06 振替休日, 07-20 海の日, 08-11 山の日,
		09-21 敬老の日, 09-22 国民の休日, 09-23 秋分の日, 10-12 スポーツの日, 11-03 文化の日, 11-23 勤労感謝の日`,
	2027: `01-01 元日, 01-11 成人の日, 02-11 建国記念の日, 02-23 天皇誕生日, 03-21 春分の日, 03-22 振替休日,
		04-29 昭和の日, 05-03 憲法記念日, 05-04 みどりの日, 05-05 こどもの日, 07-19 海の日, 08-11 山の日,
		09-20 敬老の日, 09-23 秋分の日, 10-11 スポーツの日, 11-03 文化の日, 11-23 勤労感謝の日`,
}

func TestHolidaysOfAYear(t *testing.T) {
	for year, listed := range holidaysByYear {
		var got []string
		for date := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); date.Year() == year; date = date.AddDate(0, 0, 1) {
			if name := holidayOn(date); name != "" {
				got = append(got, date.Format("01-02 ")+name)
			}
		}
		want := strings.Join(strings.Fields(listed), " ")
		if strings.Join(got, ", ") != want {
			t.Errorf("%d\n got %s\nwant %s", year, strings.Join(got, ", "), want)
		}
	}
}

// TestEquinoxes holds the formula to computed astronomical equinoxes (Japan time), those nearest to a midnight among
// them: 2012-09-22 23:49, 2026-03-20 23:46, 2074-09-23 00:04, 2088-03-20 00:18.
func TestEquinoxes(t *testing.T) {
	for _, text := range []string{
		"2012-03-20", "2012-09-22", "2026-03-20", "2032-03-20", "2032-09-22", "2041-09-23", "2050-03-20", "2050-09-23",
		"2051-03-21", "2055-03-21", "2059-03-20",
		"2045-09-22", "2060-09-22", "2074-09-23", "2088-03-20", "2099-03-20", "2099-09-23",
	} {
		date, err := time.Parse(time.DateOnly, text)
		if err != nil {
			t.Fatal(err)
		}
		want := "春分の日"
		if date.Month() == time.September {
			want = "秋分の日"
		}
		if got := holidayOn(date); got != want {
			t.Errorf("%s is %q, want %s", text, got, want)
		}
	}
}

func TestHolidayIsJudgedInTheZone(t *testing.T) {
	tokyo, newYork := zoneNamed(t, "Asia/Tokyo"), zoneNamed(t, "America/New_York")
	tests := []struct {
		at   string
		zone *time.Location
		want string
	}{
		{"2026-11-02T14:59:59Z", tokyo, ""},
		{"2026-11-02T15:00:00Z", tokyo, "文化の日"},
		{"2026-11-03T14:59:59Z", tokyo, "文化の日"},
		{"2026-11-03T15:00:00Z", tokyo, ""},
		{"2026-11-02T15:00:00Z", newYork, ""},
		{"2026-09-22T12:00:00+09:00", tokyo, "国民の休日"},
		{"2032-09-21T12:00:00+09:00", tokyo, "国民の休日"},
		{"2037-09-22T12:00:00+09:00", tokyo, "国民の休日"},
		{"2015-08-11T12:00:00+09:00", tokyo, ""},
		{"2018-12-24T12:00:00+09:00", tokyo, "振替休日"},
		{"2019-12-23T12:00:00+09:00", tokyo, ""},
	}
	for _, test := range tests {
		at := moment(t, test.at)
		if got := HolidayName(at, test.zone); got != test.want || IsHoliday(at, test.zone) != (test.want != "") {
			t.Errorf("%s in %s is %q, want %q", test.at, test.zone, got, test.want)
		}
	}
}

const cabinetOfficeFile = "../../shared/data/holidays/syukujitsu.csv"

// TestHolidaysAgainstTheCabinetOffice compares with the government's own file, where a copy lies beside the project.
func TestHolidaysAgainstTheCabinetOffice(t *testing.T) {
	source, err := os.Open(cabinetOfficeFile)
	if errors.Is(err, fs.ErrNotExist) {
		t.Logf("NOT COMPARED with the Cabinet Office's list: there is no %s; the tables above stand alone", cabinetOfficeFile)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	listed := map[time.Time]string{}
	lines := bufio.NewScanner(japanese.ShiftJIS.NewDecoder().Reader(source))
	last := time.Time{}
	for lines.Scan() {
		text, name, _ := strings.Cut(lines.Text(), ",")
		if date, err := time.Parse("2006/1/2", text); err == nil {
			listed[date], last = name, date
		}
	}
	if err := lines.Err(); err != nil || last.Year() < 2027 {
		t.Fatalf("read up to %s: %v", last, err)
	}
	for date := time.Date(2007, 1, 1, 0, 0, 0, 0, time.UTC); date.Year() <= last.Year(); date = date.AddDate(0, 0, 1) {
		if got := holidayOn(date); !sameHoliday(got, listed[date]) {
			t.Errorf("%s is %q, the list has %q", date.Format(time.DateOnly), got, listed[date])
		}
	}
	t.Logf("compared 2007 to %d", last.Year())
}

// sameHoliday knows that the government's list calls every day that another law or article 3 adds just 休日.
func sameHoliday(name, listed string) bool {
	if strings.HasPrefix(listed, "休日") {
		return strings.HasSuffix(name, "休日") || strings.HasSuffix(name, "即位の日") || strings.HasSuffix(name, "行われる日")
	}
	return name == listed || listed == "体育の日（スポーツの日）" && name == "体育の日"
}
