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

            output.WriteLine(Encoding.UTF8.GetString(Payloads.Write(w => Payloads.FindingMembers(w, finding))));
        }
    }
}
