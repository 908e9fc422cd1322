package sqlguard

import (
	"unicode"
	"unicode/utf8"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// The sizes a statement may have.
const (
	maxText      = 64 << 10
	maxParams    = 100
	maxParam     = 64 << 10
	maxAllParams = 256 << 10
)

// checkText is step 1: sizes, encoding and characters.
func checkText(s aurora.Statement) error {
	if len(s.SQL) > maxText {
		return refuse(RuleTooLarge, "the statement is too long").
			because("it has more than 64 KiB of text", "pass long values as parameters, or ask for less")
	}
	if err := checkParamSizes(s.Params); err != nil {
		return err
	}
	return checkCharacters(s.SQL)
}

func checkParamSizes(params []aurora.Param) error {
	if len(params) > maxParams {
		return refuse(RuleTooLarge, "the statement has too many parameters").
			because("at most 100 are taken", "pass a list as one parameter of type Array")
	}
	total := 0
	for _, p := range params {
		total += len(p.Value)
		if len(p.Value) > maxParam || total > maxAllParams {
			return refuse(RuleTooLarge, "the value of parameter %s is too long", clip(p.Name)).
				because("a value may have 64 KiB, all of them 256 KiB", "use a shorter value").named(p.Name)
		}
	}
	return nil
}

// checkCharacters refuses what no statement needs: broken UTF-8 and control
// characters. A carriage return passes before a line feed only.
func checkCharacters(text string) error {
	for i, r := range text {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(text[i:]); size == 1 {
				return refuse(RuleBadText, "the statement is not valid UTF-8").
					because("a byte is not part of any character", "save the statement as UTF-8").on(i)
			}
		}
		newline := r == '\n' || r == '\t' || r == '\r' && i+1 < len(text) && text[i+1] == '\n'
		if unicode.IsControl(r) && !newline {
			return refuse(RuleBadText, "the statement holds a control character").
				because("only tabs and line ends may stand between the words", `write it as an escape such as '\0' inside a string, or remove it`).on(i)
		}
	}
	return nil
}

// clip shortens a name for a message.
func clip(name string) string {
	const longest = 60
	if runes := []rune(name); len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return name
}
