package sqlguard

import "testing"

// TestOnTheEngine runs what needs the real engine, on one engine.
func TestOnTheEngine(t *testing.T) {
	t.Parallel()
	e := startEngine(t)
	fixture(t, e)
	for name, test := range map[string]func(*testing.T, *engine){
		"every function is classified":        everyFunctionIsClassified,
		"trees are those reviewed":            treesAreThoseReviewed,
		"writing changes no verdict":          writingChangesNoVerdict,
		"refusals speak to the user":          refusalsSpeakToTheUser,
		"format is cut for browse":            formatIsCutForBrowse,
		"verdicts tell what is read":          verdictsTellWhatIsRead,
		"bombs do not stop the guard":         bombsDoNotStopTheGuard,
		"the adapter gives the same verdicts": adapterGivesTheSameVerdicts,
		"legitimate statements pass":          legitimateStatementsPass,
		"attacks are refused":                 attacksAreRefused,
		"fragments are refused everywhere":    fragmentsAreRefusedEverywhere,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, e)
		})
	}
}
