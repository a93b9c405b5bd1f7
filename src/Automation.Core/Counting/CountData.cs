using System.Globalization;
using Automation.Core.Model;

namespace Automation.Core.Counting;

/// <summary>Reads what counting cameras say: numbers may come as texts (EVT-4).</summary>
internal static class CountData
{
    /// <summary>Larger totals than this are no totals of people.</summary>
    private const double MaxTotal = 1e15;

    /// <summary>A whole number from 0, or -1 when there is none.</summary>
    public static long Number(DataObject data, string name)
    {
        if (!data.TryGet(name, out DataValue value)) return -1;
        double number = value.Kind switch
        {
            DataKind.Number => value.Number,
            DataKind.Text when double.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double parsed) => parsed,
            _ => -1,
        };
        return number is >= 0 and <= MaxTotal && Math.Floor(number) == number ? (long)number : -1;
    }

    public static bool IsInterval(DataObject data) =>
        data.TryGet("mode", out DataValue mode) && mode.Text.Equals("timeRange", StringComparison.OrdinalIgnoreCase);

    /// <summary>The camera's own time in UTC ticks, or 0.</summary>
    public static long DeviceTime(DataObject data) =>
        data.TryGet("deviceTime", out DataValue time)
        && DateTimeOffset.TryParse(time.Text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset at)
            ? at.UtcTicks
            : 0;
}
