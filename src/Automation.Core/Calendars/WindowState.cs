namespace Automation.Core.Calendars;

/// <param name="Open">Whether a window is open at the instant.</param>
/// <param name="NextChange">When it will next be the other way, in UTC; null: never.</param>
public readonly record struct WindowState(bool Open, DateTimeOffset? NextChange);

/// <summary>Remembers the stretch around the last question, so that asking again within it costs two comparisons. Time may move both ways.</summary>
/// <remarks>A mutable value for one thread: keep it in a field or an array and do not copy it.</remarks>
public struct WindowCursor(CompiledWindows windows)
{
    private readonly CompiledWindows _windows = windows;
    private long _from = long.MaxValue;
    private long _until = long.MinValue;
    private bool _open;

    /// <summary>Whether a window is open at the instant.</summary>
    public bool IsOpen(long utcTicks)
    {
        if (utcTicks >= _from && utcTicks < _until) return _open;
        WindowState state = _windows.StateAt(new DateTimeOffset(utcTicks, TimeSpan.Zero));
        _from = utcTicks;
        _until = state.NextChange?.UtcTicks ?? long.MaxValue;
        return _open = state.Open;
    }

    /// <summary>When the answer of the last <see cref="IsOpen"/> ends, in UTC ticks; <see cref="long.MaxValue"/>: never.</summary>
    public readonly long ChangesAt => _until;
}
