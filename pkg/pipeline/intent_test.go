package pipeline

import (
	"errors"
	"strings"
	"testing"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

func testPipeline() aurora.Pipeline {
	return aurora.Pipeline{
		ID: "clicks-x7", Name: "clicks", Epoch: 2, Table: "clicks", OnGap: OnGapStop,
		Source: aurora.Source{Topic: "clicks", Format: "json"}, Batch: aurora.DefaultBatch(),
		Desired: aurora.DesiredRunning,
	}
}

func TestIntentRoundTrip(t *testing.T) {
	t.Parallel()
	p := testPipeline()
	for _, want := range []intent{
		{Partition: 0, First: 0, Last: 0},
		{Partition: 3, First: 17, Last: 4711},
		{Partition: 1, First: 0, Last: idle},
		{Partition: 9, First: 1 << 60, Last: 1<<60 + 5},
	} {
		m := want.mark(p)
		if m.Offset != want.First || m.Partition != want.Partition {
			t.Errorf("mark of %+v is %+v", want, m)
		}
		if len(m.Metadata) > 100 {
			t.Errorf("metadata of %d bytes: %s", len(m.Metadata), m.Metadata)
		}
		got, err := parseIntent(p, m)
		if err != nil || got != want {
			t.Errorf("parse %q: %+v, %v; want %+v", m.Metadata, got, err, want)
		}
	}
}

func TestIntentIsStableText(t *testing.T) {
	t.Parallel()
	m := intent{Partition: 1, First: 100, Last: 199}.mark(testPipeline())
	if want := "a1/clicks-x7.2/199/926cbd32"; m.Metadata != want {
		t.Errorf("metadata %q, want %q: old commits could not be read any more", m.Metadata, want)
	}
}

func TestIntentRefusesWhatIsNotOurs(t *testing.T) {
	t.Parallel()
	p := testPipeline()
	good := intent{Partition: 1, First: 100, Last: 199}.mark(p)
	sum := good.Metadata[strings.LastIndex(good.Metadata, "/")+1:]
	otherEpoch, otherTopic := p, p
	otherEpoch.Epoch = 3
	otherTopic.Source.Topic = "clicks2"
	cases := map[string]struct {
		p aurora.Pipeline
		m aurora.Mark
	}{
		"an unknown version":      {p, with(good, 100, 1, "a2/clicks-x7.2/199/"+sum)},
		"a plain text":            {p, with(good, 100, 1, "committed by hand")},
		"too many parts":          {p, with(good, 100, 1, good.Metadata+"/")},
		"another epoch":           {otherEpoch, good},
		"another topic":           {otherTopic, good},
		"another pipeline":        {p, with(good, 100, 1, strings.Replace(good.Metadata, "clicks-x7", "clicks-x8", 1))},
		"a moved offset":          {p, with(good, 101, 1, good.Metadata)},
		"another partition":       {p, with(good, 100, 2, good.Metadata)},
		"another last":            {p, with(good, 100, 1, strings.Replace(good.Metadata, "199", "198", 1))},
		"a wrong sum":             {p, with(good, 100, 1, good.Metadata[:len(good.Metadata)-1]+"x")},
		"a sum in capitals":       {p, with(good, 100, 1, strings.ToUpper(good.Metadata))},
		"a last before the first": {p, intent{Partition: 1, First: 100, Last: 99}.mark(p)},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := parseIntent(c.p, c.m)
			var e *aurora.Error
			if !errors.As(err, &e) || e.Code != aurora.CodeIntentUnreadable || e.Hint == "" {
				t.Errorf("parse %q: %v, want %s with a hint", c.m.Metadata, err, aurora.CodeIntentUnreadable)
			}
		})
	}
}

func with(m aurora.Mark, offset int64, partition int32, metadata string) aurora.Mark {
	m.Offset, m.Partition, m.Metadata = offset, partition, metadata
	return m
}
