using System.Reflection;

namespace Automation.Isapi.Documents;

/// <summary>The tables that travel inside the assembly: comma-separated, a heading line, the last column may hold commas.</summary>
internal static class EmbeddedTable
{
    public static IEnumerable<string[]> Rows(string name, int columnCount)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name) ?? throw new InvalidOperationException($"The table {name} is missing from the assembly.");
        using var reader = new StreamReader(stream);
        var rows = new List<string[]>();
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0) rows.Add(line.Split(',', columnCount));
        }

        return rows;
    }
}
