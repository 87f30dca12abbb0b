interface TableHeadProps {
  /** Title of each column. The titles of numbers are right-aligned, like the numbers. */
  readonly columns: readonly (string | { readonly number: string })[]
}

/** Column titles of a table. */
export function TableHead({ columns }: TableHeadProps) {
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
