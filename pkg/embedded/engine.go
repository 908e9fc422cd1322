package embedded

import (
	"github.com/aurora-analytics/aurora/pkg/embedded/chdb"
	"github.com/aurora-analytics/aurora/pkg/embedded/httpd"
)

// engine gives the HTTP layer connections of the library.
type engine struct {
	lib  *chdb.Library
	args []string
}

// conn is a connection of the library as the HTTP layer wants it.
type conn struct{ *chdb.Conn }

type result struct{ *chdb.Result }

type stream struct{ *chdb.Stream }

type insert struct{ *chdb.Insert }

func (e engine) Connect() (httpd.Conn, error) {
	c, err := e.lib.Connect(e.args...)
	if err != nil {
		return nil, err
	}
	return conn{c}, nil
}

func (c conn) Query(sql, format string, params []httpd.Param) (httpd.Result, error) {
	r, err := c.Conn.Query(sql, format, libraryParams(params)...)
	if err != nil {
		return nil, err
	}
	return result{r}, nil
}

func (c conn) Stream(sql, format string, params []httpd.Param) (httpd.Stream, error) {
	s, err := c.Conn.Stream(sql, format, libraryParams(params)...)
	if err != nil {
		return nil, err
	}
	return stream{s}, nil
}

func (c conn) Insert(sql, format string, params []httpd.Param) (httpd.Insert, error) {
	i, err := c.Conn.Insert(sql, format, libraryParams(params)...)
	if err != nil {
		return nil, err
	}
	return insert{i}, nil
}

func (c conn) Classify(sql string) (httpd.Analysis, error) {
	a, err := c.Conn.Classify(sql)
	return httpd.Analysis{
		Count: int(a.Count), ReadOnly: a.Class == chdb.ReadOnly, Unknown: a.Class == chdb.Unknown,
	}, err
}

func (r result) Stats() httpd.Stats { return httpd.Stats(r.Result.Stats) }

func (s stream) Next() ([]byte, httpd.Stats, error) {
	piece, stats, err := s.Stream.Next()
	return piece, httpd.Stats(stats), err
}

func (i insert) Done() (httpd.Stats, error) {
	stats, err := i.Insert.Done()
	return httpd.Stats(stats), err
}

func libraryParams(params []httpd.Param) []chdb.Param {
	list := make([]chdb.Param, len(params))
	for i, p := range params {
		list[i] = chdb.Param(p)
	}
	return list
}
