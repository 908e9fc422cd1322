'use client'
import { summary, type ChartData } from '@/lib/chart-data'
import { useWidth } from '@/lib/use-width'
import { Bars } from './bars'
import { Lines } from './lines'

/** The chart of an answer. The rows stand below it as a table. */
export function ChartView({ data }: { data: ChartData }) {
  if (data.kind === 'number')
    return (
      <figure className="chart stat" data-testid="chart" data-kind="number">
        <figcaption>{data.name}</figcaption>
        <p title={data.exact}>{data.text}</p>
      </figure>
    )
  return <Plot data={data} />
}

/** A drawing as wide as its place. */
function Plot({ data }: { data: Exclude<ChartData, { kind: 'number' }> }) {
  const { ref, width } = useWidth<HTMLDivElement>()
  return (
    <figure className="chart" data-testid="chart" data-kind={data.kind}>
      <figcaption>
        {data.kind === 'bar' ? `${data.yName} by ${data.xName}` : `${data.title} over ${data.xName}`}
        {data.more > 0 && <span className="muted"> · {data.more} more in the rows</span>}
      </figcaption>
      {data.kind === 'line' && data.series.length > 1 && (
        <ul className="legend">
          {data.series.map((s, i) => (
            <li key={s.name}>
              <svg width="24" height="10" aria-hidden="true">
                <path d="M0 5H24" className={`line line-${i + 1}`} />
              </svg>{' '}
              {s.name}
            </li>
          ))}
        </ul>
      )}
      <div className="chart-box" ref={ref} role="img" aria-label={summary(data)}>
        {width > 0 && (data.kind === 'bar' ? <Bars data={data} width={width} /> : <Lines data={data} width={width} />)}
      </div>
    </figure>
  )
}
