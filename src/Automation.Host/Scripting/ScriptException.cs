namespace Automation.Host.Scripting;

/// <summary>A rule's script could not do its work; the firing is dropped, the rule's health says why.</summary>
public sealed class ScriptException : Exception
{
    public ScriptException()
    {
    }

    public ScriptException(string message)
        : base(message)
    {
    }

    public ScriptException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
