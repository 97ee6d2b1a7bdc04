/** A pure function of a text that keeps what it returned. It forgets all at times: the texts of thousands of sites would fill the memory. */
export function remembered<Result>(compute: (text: string) => Result): (text: string) => Result {
  const results = new Map<string, Result>();
  return (text) => {
    const result = results.get(text) ?? compute(text);
    if (results.size >= 500) results.clear();
    results.set(text, result);
    return result;
  };
}
