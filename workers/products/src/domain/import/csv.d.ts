/** Files that tests read as text. */
declare module '*.csv?raw' {
  const text: string;
  export default text;
}
