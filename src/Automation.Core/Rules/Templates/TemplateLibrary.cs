namespace Automation.Core.Rules;

/// <summary>The templates that instances can name.</summary>
public sealed class TemplateLibrary
{
    public static TemplateLibrary Empty { get; } = new();
}
