using System.Text;
using Automation.Core.Rules;
using Automation.Host.Hub;

namespace Automation.Host.Cli;

internal static class FindingPrinter
{
    /// <summary>One line a finding: <c>path:line:col: error AUT1207: message (what to change)</c>, or one JSON object.</summary>
    public static void Print(IEnumerable<Finding> findings, bool json, TextWriter output)
    {
        foreach (Finding finding in findings)
        {
            if (!json)
            {
                output.WriteLine(finding.ToString());
                continue;
            }

            output.WriteLine(Encoding.UTF8.GetString(Payloads.Write(w =>
            {
                w.WriteString("path", finding.Path);
                w.WriteNumber("line", finding.Line);
                w.WriteNumber("column", finding.Column);
                w.WriteString("severity", Payloads.Camel(finding.Severity.ToString()));
                w.WriteString("code", finding.Code);
                w.WriteString("pointer", finding.Pointer);
                w.WriteString("message", finding.Message);
                w.WriteString("remedy", finding.Remedy);
            })));
        }
    }
}
