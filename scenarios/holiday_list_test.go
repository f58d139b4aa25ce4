package scenarios

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/japanese"
)

const holidayTitles = "国民の祝日・休日月日,国民の祝日・休日名称\r\n"

// amended is a year as an amendment of the act might make it: 山の日 moved, a new day in June.
const amended = holidayTitles + "2030/1/1,元日\r\n2030/6/10,梅雨の日\r\n2030/8/12,山の日\r\n2030/11/4,休日\r\n"

func listOf(t *testing.T, text string) *HolidayList {
	t.Helper()
	list, wrong := ReadHolidayList([]byte(text))
	if len(wrong) > 0 {
		t.Fatalf("%v", wrong)
	}
	return list
}

func TestHolidayListTakesThePlaceOfTheRulesInItsYears(t *testing.T) {
	published, err := japanese.ShiftJIS.NewEncoder().String(amended)
	if err != nil {
		t.Fatal(err)
	}
	for encoding, text := range map[string]string{"CP932": published, "UTF-8": amended, "UTF-8 with BOM": "\ufeff" + amended,
		"no titles, line ends of Unix": strings.ReplaceAll(strings.TrimPrefix(amended, holidayTitles), "\r\n", "\n")} {
		list := listOf(t, text)
		for day, want := range map[string]string{
			"2030-01-01": "元日", "2030-06-10": "梅雨の日", "2030-08-12": "山の日", "2030-11-04": "休日",
			"2030-08-11": "", "2030-05-03": "", // the rules would have them
			"2029-08-11": "山の日", "2031-08-11": "山の日", "2031-06-10": "",
		} {
			date, err := time.Parse(time.DateOnly, day)
			if err != nil {
				t.Fatal(err)
			}
			if got := list.holidayOn(date); got != want {
				t.Errorf("%s: %s is %q, want %q", encoding, day, got, want)
			}
		}
		if first, last := list.Years(); first != 2030 || last != 2030 {
			t.Errorf("%s: covers %d to %d", encoding, first, last)
		}
	}
	if first, last := (*HolidayList)(nil).Years(); first != 0 || last != 0 {
		t.Errorf("no list covers %d to %d", first, last)
	}
}

func TestHolidayListMistakes(t *testing.T) {
	const form = "expected a date and a name such as 2026/1/1,元日"
	for name, test := range map[string]struct {
		text string
		want []string
	}{
		"empty":       {"", []string{"1:1 no holiday in the file"}},
		"titles only": {holidayTitles, []string{"1:1 no holiday in the file"}},
		"a web page":  {"<!DOCTYPE html>\n<html lang=\"ja\">\n", []string{"2:12 not CSV ("}},
		"a text page": {"<!DOCTYPE html>\n<title>祝日</title>\n", []string{"2:1 " + form + `, got "<title>祝日</title>"`}},
		"all at once": {holidayTitles + "2026/1/1,元日\n2026/2/30,存在しない日\n2026/11/3\n2026/11/3,\n2026/11/3,文化の日,x\n",
			[]string{"3:1 " + form + `, got "2026/2/30,存在しない日"`, "4:1 " + form, "5:1 " + form, "6:1 " + form}},
		"twice":                {amended + "2030/1/1,元日\n", []string{"6:1 2030/1/1 stands twice"}},
		"an open quote":        {holidayTitles + "2026/1/1,\"元日\n", []string{"2:18 not CSV ("}},
		"neither encoding":     {holidayTitles + "2026/1/1,\xff\xfe\n", []string{"2:1 " + form + " in CP932 or UTF-8"}},
		"a half-loaded year":   {holidayTitles + "2026/1/1,元日\n2026/11/3,文化の日\n2027/1/1,元日\n2027/9/20,敬老の日\n", []string{"1:1 2027 has holidays from January to September only"}},
		"begun in the middle":  {holidayTitles + "2026/5/3,憲法記念日\n2026/11/3,文化の日\n", []string{"1:1 2026 has holidays from May to November only"}},
		"larger than any list": {strings.Repeat("x", maxHolidayList+1), []string{"1:1 the file is too large: expected at most 1024 KiB"}},
	} {
		_, wrong := ReadHolidayList([]byte(test.text))
		var got []string
		for _, m := range wrong {
			got = append(got, fmt.Sprintf("%d:%d %s", m.Line, m.Column, m.Message))
		}
		if !slices.EqualFunc(got, test.want, strings.HasPrefix) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// TestTheCabinetOfficesListIsReadAsPublished reads the government's own file, where a copy lies beside the project.
func TestTheCabinetOfficesListIsReadAsPublished(t *testing.T) {
	text, err := os.ReadFile(cabinetOfficeFile)
	if errors.Is(err, fs.ErrNotExist) {
		t.Logf("NOT READ as published: there is no %s", cabinetOfficeFile)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	list := listOf(t, string(text))
	if first, last := list.Years(); first != 1955 || last < 2027 {
		t.Errorf("covers %d to %d", first, last)
	}
	for date := time.Date(2007, 1, 1, 0, 0, 0, 0, time.UTC); date.Year() <= 2030; date = date.AddDate(0, 0, 1) {
		if got, want := list.holidayOn(date), holidayOn(date); !sameHoliday(want, got) {
			t.Errorf("%s is %q in the list, %q by the rules", date.Format(time.DateOnly), got, want)
		}
	}
}

// TestHolidayListHoldsForEveryWindow asks the engine, for a scenario's own window has no list itself.
func TestHolidayListHoldsForEveryWindow(t *testing.T) {
	tokyo, list := zoneNamed(t, "Asia/Tokyo"), listOf(t, amended)
	hours, own := BusinessHours(), windowOf(t, WindowSpec{From: "10:00"})
	hours.Listed = list
	e := NewEngine(Settings{Zone: tokyo, Window: hours}, nil, nil)
	for name, d := range map[string]*Definition{"business hours": {}, "its own": {Window: &own}} {
		w := e.windowOf(d, &Step{})
		if next, ok := w.Next(moment(t, "2030-06-10T11:00:00+09:00"), tokyo); !ok || next.In(tokyo).Day() != 11 {
			t.Errorf("%s: the new holiday is a working day: %s", name, next.In(tokyo))
		}
		if at := moment(t, "2030-05-03T11:00:00+09:00"); !w.Contains(at, tokyo) {
			t.Errorf("%s: a holiday that was abolished is still kept", name)
		}
	}
}

// FuzzReadHolidayList: whatever the file, there are mistakes with a place, or a list that answers for its years.
func FuzzReadHolidayList(f *testing.F) {
	for _, text := range []string{amended, holidayTitles, "2026/1/1,\"元\n日\"", "\xff,\x80\n", "9999/1/1,x\n9999/12/31,y\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		list, wrong := ReadHolidayList(text)
		for _, m := range wrong {
			if m.Line < 1 || m.Column < 1 || m.Message == "" {
				t.Errorf("no place: %+v", m)
			}
		}
		if first, last := list.Years(); len(wrong) == 0 && (first > last || list.holidayOn(time.Date(first, 1, 1, 0, 0, 0, 0, time.UTC)) == "" && len(list.days) < 2) {
			t.Errorf("no mistake, and a list of %d to %d", first, last)
		}
	})
}
