using System.Globalization;

namespace Automation.Benchmarks.Mqtt.Load;

/// <summary>What a process holds, as Linux tells it.</summary>
internal static class ProcessMemory
{
    /// <summary>Resident memory in kB; 0 when the process is not known or has ended.</summary>
    public static long ResidentKilobytes(int? processId)
    {
        if (processId is not { } id) return 0;
        try
        {
            foreach (string line in File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/status")))
            {
                if (line.StartsWith("VmRSS:", StringComparison.Ordinal)) return long.Parse(line.AsSpan(6).Trim().TrimEnd("kB").Trim(), CultureInfo.InvariantCulture);
            }
        }
        catch (IOException)
        {
            // It has ended: it holds nothing.
        }

        return 0;
    }
}
