package handlers

import (
	"net/http"

	"golang.org/x/text/language"
)

// lang is a language of the pages, as HTML names it.
type lang string

const (
	japanese lang = "ja"
	english  lang = "en"
)

var languages = language.NewMatcher([]language.Tag{language.Japanese, language.English})

// languageOf is Japanese unless the browser asks for English and not for Japanese before it.
func languageOf(r *http.Request) lang {
	wanted, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil {
		return japanese
	}
	if _, index, _ := languages.Match(wanted...); index == 1 {
		return english
	}
	return japanese
}
