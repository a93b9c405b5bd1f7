using System.Globalization;
using System.Runtime.InteropServices;
using Automation.Core.Model;

namespace Automation.Benchmarks.Engine;

/// <summary>The texts of a block of events, written anew for each event, as a parser would, but into strings that nobody else holds.</summary>
/// <remarks>
/// Making a fresh string for every event would stream the allocator's memory through the cache between two blocks, and the benchmark would measure how
/// much of the engine that evicts. So each place of a block owns a string for each number of digits and overwrites its digits.
/// </remarks>
internal sealed class EventTexts
{
    private const int MostDigits = 7;

    private readonly ResourceAddress[][] _devices;
    private readonly string[][] _types;

    public EventTexts(int places)
    {
        _devices = [.. Enumerable.Range(0, places).Select(p => Enumerable.Range(0, MostDigits).Select(d => ResourceAddress.Parse(Fresh("bench/dev", d + 1))).ToArray())];
        _types = [.. Enumerable.Range(0, places).Select(p => new[] { Fresh("t", 1), Fresh("t", 2) })];
    }

    public ResourceAddress Device(int place, int number)
    {
        int digits = DigitsOf(number);
        ResourceAddress address = _devices[place][digits - 1];
        WriteDigits(address.Value, digits, number);
        return address;
    }

    public string Type(int place, int number)
    {
        int digits = DigitsOf(number);
        string type = _types[place][digits - 1];
        WriteDigits(type, digits, number);
        return type;
    }

    private static string Fresh(string start, int digits) => string.Concat(start, new string('0', digits));

    private static int DigitsOf(int number) => number < 10 ? 1 : number < 100 ? 2 : number < 1000 ? 3 : number < 10_000 ? 4 : number < 100_000 ? 5 : number < 1_000_000 ? 6 : 7;

    private static void WriteDigits(string text, int digits, int number)
    {
        Span<char> place = MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(text.AsSpan()), text.Length)[^digits..];
        number.TryFormat(place, out _, default, CultureInfo.InvariantCulture);
    }
}
