interface HeadingsProps {
  /** What stands above each column; a number's is set to the right, as the numbers are. */
  readonly columns: readonly (string | { readonly number: string })[]
}

/** The head of a table. */
export function Headings({ columns }: HeadingsProps) {
  return (
    <thead>
      <tr>
        {columns.map((column) =>
          typeof column === 'string' ? (
            <th key={column} scope="col">
              {column}
            </th>
          ) : (
            <th key={column.number} scope="col" class="number">
              {column.number}
            </th>
          ),
        )}
      </tr>
    </thead>
  )
}
