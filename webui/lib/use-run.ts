import { useCallback, useEffect, useReducer, useRef } from 'react'
import { ask, ProblemError, runSQL } from './client'
import type { Answer, Param, Problem, Step } from './types'

export type Job = { kind: 'ask'; question: string } | { kind: 'sql'; sql: string; params: Param[] }

/** What the Query page shows below its box. The last answer stays until the next one. */
export type RunState = {
  phase: 'idle' | 'running' | 'done' | 'refused' | 'failed' | 'cancelled'
  job?: Job
  steps: Step[]
  answer?: Answer
  problem?: Problem
}

export type RunAction =
  | { type: 'start'; job: Job }
  | { type: 'step'; step: Step }
  | { type: 'answer'; answer: Answer }
  | { type: 'problem'; problem: Problem }
  | { type: 'cancel' }

/** Codes that mean "asked differently, it works": they are an answer, not a fault. */
const refusals = new Set(['not_understood', 'ambiguous', 'write_request', 'guard_refused', 'question_empty', 'question_too_long', 'no_schema'])

export function reduce(state: RunState, action: RunAction): RunState {
  switch (action.type) {
    case 'start':
      return { phase: 'running', job: action.job, steps: [], answer: state.answer }
    case 'step':
      return state.phase === 'running' ? { ...state, steps: [...state.steps, action.step] } : state
    case 'answer':
      return { ...state, phase: 'done', answer: action.answer, problem: undefined }
    case 'problem':
      return refusals.has(action.problem.code)
        ? { ...state, phase: 'refused', problem: action.problem, answer: undefined }
        : { ...state, phase: 'failed', problem: action.problem }
    case 'cancel':
      return { ...state, phase: 'cancelled', problem: undefined }
  }
}

/** Runs one job at a time; a new one cancels the one before. */
export function useRun(onUnauthorized: () => void) {
  const [state, dispatch] = useReducer(reduce, { phase: 'idle', steps: [] })
  const current = useRef<AbortController | null>(null)

  const start = useCallback(
    async (job: Job) => {
      current.current?.abort()
      const controller = new AbortController()
      current.current = controller
      const alive = () => current.current === controller
      dispatch({ type: 'start', job })
      try {
        const answer =
          job.kind === 'ask'
            ? await ask(job.question, controller.signal, (step) => alive() && dispatch({ type: 'step', step }))
            : await runSQL(job.sql, job.params, controller.signal)
        if (alive()) dispatch({ type: 'answer', answer })
      } catch (cause) {
        if (!alive() || controller.signal.aborted) return
        if (!(cause instanceof ProblemError)) throw cause
        if (cause.problem.status === 401) onUnauthorized()
        else dispatch({ type: 'problem', problem: cause.problem })
      }
    },
    [onUnauthorized],
  )

  const cancel = useCallback(() => {
    current.current?.abort()
    current.current = null
    dispatch({ type: 'cancel' })
  }, [])

  useEffect(() => () => current.current?.abort(), [])
  return { state, start, cancel }
}
