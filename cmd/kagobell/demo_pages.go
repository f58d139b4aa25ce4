package main

import (
	"fmt"
	"html/template"
	"net"
	"net/http"
	"strings"
	"time"
)

// demoPage is where the links in the demo's mails lead: to a shop that has nothing to sell.
var demoPage = template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="ja"><head><meta charset="utf-8"><title>{{.Title}}</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<style>body{max-width:36rem;margin:3rem auto;padding:0 1rem;font:1rem/1.8 sans-serif;color:#222}
img{width:9rem;border:1px solid #e3e7eb}p{color:#5c6670}</style></head>
<body><h1>{{.Title}}</h1>{{with .Image}}<img src="{{.}}" alt="">{{end}}{{with .Price}}<p>{{.}}（定価、税別）</p>{{end}}
<p>デモ用の架空の店のページです。<br>A page of the demo's fictitious shop.</p></body></html>
`))

// pageView is what demoPage shows.
type pageView struct{ Title, Image, Price string }

// pictureColours are those of the categories' pictures.
var pictureColours = map[string]string{
	"用紙": "#4b7ba6", "OA用品": "#5b6b8c", "文具": "#7a6ba8", "家具": "#8a6d4f", "衛生用品": "#3f8f8b", "飲料": "#6a9141",
	"保護具": "#c07a2c", "工具": "#a8503f", "締結": "#667079", "油脂": "#8c7a2f", "物流": "#47735a",
}

const demoPicture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 144 144"><rect width="144" height="144" fill="#f6f7f9"/>` +
	`<rect x="22" y="22" width="100" height="100" rx="14" fill="%s"/><text x="72" y="91" font-size="52" font-weight="bold" ` +
	`font-family="sans-serif" text-anchor="middle" fill="#fff">%s</text></svg>`

func (s *demoShop) pages() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /p/{sku}", s.showProduct)
	mux.HandleFunc("GET /i/{file}", s.showPicture)
	mux.HandleFunc("GET /cart/{id}", func(w http.ResponseWriter, r *http.Request) {
		showPage(w, pageView{Title: "カート " + r.PathValue("id")})
	})
	return mux
}

func (s *demoShop) showProduct(w http.ResponseWriter, r *http.Request) {
	p := s.products[r.PathValue("sku")]
	if p == nil {
		http.NotFound(w, r)
		return
	}
	price, _ := yen(p.list)
	showPage(w, pageView{p.name, s.imageURL(p.sku), price})
}

func showPage(w http.ResponseWriter, view pageView) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = demoPage.Execute(w, view) // whoever asked has gone
}

func (s *demoShop) showPicture(w http.ResponseWriter, r *http.Request) {
	p := s.products[strings.TrimSuffix(r.PathValue("file"), ".svg")]
	if p == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	_, _ = fmt.Fprintf(w, demoPicture, pictureColours[p.category], p.sign)
}

// openDemoShop opens the shop's pages on a free port of this machine; close the server to end them.
func openDemoShop() (*demoShop, *http.Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, fmt.Errorf("the shop's pages: %w", err)
	}
	shop := newDemoShop("http://" + listener.Addr().String())
	server := &http.Server{Handler: shop.pages(), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }() // until it is closed
	return shop, server, nil
}
